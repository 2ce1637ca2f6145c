//! The paths that a Dockerfile takes from its context.

/// A path that is copied, or mounted while a command runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// From the context, up to the directory before its first wildcard or variable.
    pub path: String,
    /// The byte at which the instruction begins.
    pub start: usize,
}

/// Finds the sources of `COPY`, `ADD` and bind mounts, but for those of other stages, images and URLs.
pub(super) fn copies(text: &str) -> Vec<Copy> {
    let mut copies = Vec::new();
    for (start, instruction) in instructions(text) {
        let mut words = instruction.split_whitespace();
        let name = words.next().unwrap_or_default().to_uppercase();
        let rest: Vec<&str> = words.collect();
        let paths = match name.as_str() {
            "COPY" | "ADD" => sources(&rest),
            "RUN" => rest.iter().filter_map(|word| bind_source(word)).collect(),
            _ => Vec::new(),
        };
        copies.extend(paths.into_iter().map(|path| Copy { path, start }));
    }
    copies
}

/// The instructions of a file, each with the byte at which it begins: lines that end with `\` continue, and comments among them do
/// not count.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let mut instructions: Vec<(usize, String)> = Vec::new();
    let mut position = 0;
    let mut goes_on = false;
    for line in text.split_inclusive('\n') {
        let start = position;
        position += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let part = line.strip_suffix('\\').unwrap_or(line);
        match instructions.last_mut().filter(|_| goes_on) {
            Some((_, instruction)) => {
                instruction.push(' ');
                instruction.push_str(part);
            }
            None => instructions.push((start, part.to_owned())),
        }
        goes_on = line.ends_with('\\');
    }
    instructions
}

/// The sources of `COPY` and `ADD`: all words but flags and the last, in both forms.
fn sources(words: &[&str]) -> Vec<String> {
    if words.iter().any(|word| word.starts_with("--from")) {
        return Vec::new();
    }
    let words: Vec<&str> = words.iter().copied().skip_while(|word| word.starts_with("--")).collect();
    let joined = words.join(" ");
    let listed: Option<Vec<String>> =
        joined.starts_with('[').then(|| serde_json::from_str(&joined).ok()).flatten();
    let all = listed
        .unwrap_or_else(|| words.iter().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect());
    let Some((_, sources)) = all.split_last() else { return Vec::new() };
    sources.iter().filter_map(|source| literal(source)).collect()
}

/// The source of `--mount=type=bind,source=…`, where it is the context's.
fn bind_source(word: &str) -> Option<String> {
    let fields: Vec<(&str, &str)> =
        word.strip_prefix("--mount=")?.split(',').filter_map(|field| field.split_once('=')).collect();
    let value =
        |names: &[&str]| fields.iter().find(|(name, _)| names.contains(name)).map(|(_, value)| *value);
    // A mount without a type is a bind mount.
    if value(&["type"]).is_some_and(|kind| kind != "bind") || value(&["from"]).is_some() {
        return None;
    }
    literal(value(&["source", "src"])?)
}

/// A path as far as it is written. `None` for a URL, a here-document, and the whole context.
fn literal(source: &str) -> Option<String> {
    if source.contains("://") || source.starts_with("<<") || source.starts_with("git@") {
        return None;
    }
    let source = source.trim_start_matches('/');
    let path = match source.find(['*', '?', '[', '$']) {
        Some(wildcard) => source[..wildcard].rsplit_once('/')?.0,
        None => source,
    };
    let path = path.trim_start_matches("./").trim_end_matches('/');
    (!path.is_empty() && path != ".").then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_of_every_form_are_found() {
        let table: [(&str, &[&str]); 14] = [
            ("COPY libs/core /app/", &["libs/core"]),
            ("copy ./libs/core/ libs/ui /app/", &["libs/core", "libs/ui"]),
            ("COPY --chown=1:1 --link libs/core/*.ts ./", &["libs/core"]),
            ("COPY [\"libs/core\", \"libs/with blank\", \"/app/\"]", &["libs/core", "libs/with blank"]),
            ("COPY --from=build /out /out", &[]),
            ("COPY . .", &[]),
            ("ADD https://example.com/x.tar.gz /x", &[]),
            ("ADD /proto/order.proto /proto/", &["proto/order.proto"]),
            ("COPY libs/core \\\n  # a comment\n  libs/ui \\\n  /app/", &["libs/core", "libs/ui"]),
            ("COPY libs/${NAME}/src /app", &["libs"]),
            ("RUN --mount=type=bind,source=libs/core,target=/x make", &["libs/core"]),
            ("RUN --mount=type=cache,target=/x --mount=type=bind,from=build,source=y,target=/y make", &[]),
            ("COPY <<EOF /etc/x", &[]),
            ("# COPY libs/core /app", &[]),
        ];
        for (text, expected) in table {
            let found = copies(text);
            let paths: Vec<&str> = found.iter().map(|copy| copy.path.as_str()).collect();
            assert_eq!(paths, expected, "{text}");
        }
        assert_eq!(copies("FROM x\nCOPY a b")[0].start, 7);
    }
}
