//! The strings of a configuration: one walk that reads them, and one that replaces them.

use nestling_gitlab::yaml::{Kind, Map, Node, Scalar, Style};

/// Returns the strings of a node, keys included.
pub(super) fn strings(node: &Node) -> Vec<&str> {
    let mut strings = Vec::new();
    collect(node, &mut strings);
    strings
}

/// Returns the strings of all values of a mapping, without its own keys.
pub(super) fn strings_of_values(map: &Map) -> Vec<&str> {
    map.iter().flat_map(|(_, value)| strings(value)).collect()
}

fn collect<'n>(node: &'n Node, strings: &mut Vec<&'n str>) {
    match &node.kind {
        Kind::Scalar(scalar) => strings.push(&scalar.text),
        Kind::Seq(items) => items.iter().for_each(|item| collect(item, strings)),
        Kind::Map(map) => {
            for (key, value) in map.iter() {
                strings.push(key);
                collect(value, strings);
            }
        }
    }
}

/// Replaces all strings below a node, except keys. A plain scalar that changes is quoted: it could become a number or a mapping.
pub(super) fn replace(node: &mut Node, new: &dyn Fn(&str) -> String) {
    match &mut node.kind {
        Kind::Seq(items) => items.iter_mut().for_each(|item| replace(item, new)),
        Kind::Map(map) => replace_in_values(map, new),
        Kind::Scalar(scalar) => {
            let text = new(&scalar.text);
            if *text != *scalar.text {
                let style = if scalar.style == Style::Plain { Style::Quoted } else { scalar.style };
                *scalar = Scalar { text: text.into(), style };
            }
        }
    }
}

/// Replaces all strings in the values of a mapping.
pub(super) fn replace_in_values(map: &mut Map, new: &dyn Fn(&str) -> String) {
    map.entries.iter_mut().for_each(|entry| replace(&mut entry.value, new));
}

/// Returns the lines of all scripts of a job.
pub(super) fn script_lines(body: &Map) -> Vec<String> {
    let scripts = ["before_script", "script", "after_script"];
    let texts = scripts.iter().filter_map(|key| body.get(key)).flat_map(strings);
    texts.flat_map(str::lines).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::Sources;
    use nestling_gitlab::check::read_file;

    #[test]
    fn strings_are_read_and_replaced_at_every_depth() {
        let text = "job: { script: [a, [b, \"c\\nd\"]], variables: { X: e }, retry: 1 }";
        let (pipeline, _) = read_file(".gitlab-ci.yml", text, &Sources::default());
        let mut body = pipeline.jobs[0].body.clone();
        assert_eq!(script_lines(&body), ["a", "b", "c", "d"]);
        assert_eq!(strings_of_values(&body), ["a", "b", "c\nd", "X", "e", "1"]);
        replace_in_values(&mut body, &|text| text.replace('e', "f"));
        assert_eq!(strings_of_values(&body), ["a", "b", "c\nd", "X", "f", "1"]);
    }
}
