//! A configuration file as text, in blocks: one for each key at the root, with the comments above it.

use std::collections::BTreeSet;
use std::ops::Range;

/// The blocks of a file.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    lines: Vec<String>,
    blocks: Vec<Block>,
}

/// A key at the root with everything below it.
#[derive(Debug, Clone)]
struct Block {
    key: String,
    /// Its lines; the first are comments.
    lines: Range<usize>,
    /// The anchors that it defines, and those that it uses.
    anchors: BTreeSet<String>,
    aliases: BTreeSet<String>,
}

impl Blocks {
    /// Splits a file.
    pub(super) fn read(text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut blocks: Vec<Block> = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let Some(key) = root_key(line) else { continue };
            let mut start = number;
            while start > 0 && lines.get(start - 1).is_some_and(|line| line.starts_with('#')) {
                start -= 1;
            }
            if let Some(last) = blocks.last_mut() {
                start = start.max(last.lines.start + 1);
                last.lines.end = start;
            }
            let (anchors, aliases) = Default::default();
            blocks.push(Block { key, lines: start..lines.len(), anchors, aliases });
        }
        for block in &mut blocks {
            for line in lines.get(block.lines.clone()).unwrap_or_default() {
                block.anchors.extend(marked_names(line, '&'));
                block.aliases.extend(marked_names(line, '*'));
            }
        }
        Self { lines, blocks }
    }

    /// Returns the number of lines of code.
    pub(super) fn code_lines(&self) -> usize {
        code_lines(self.lines.iter().map(String::as_str))
    }

    /// Returns the number of comment lines of a key's block.
    pub(super) fn comment_lines(&self, key: &str) -> usize {
        let blocks = self.blocks.iter().filter(|block| block.key == key);
        let lines = blocks.flat_map(|block| self.lines.get(block.lines.clone()).unwrap_or_default());
        lines.filter(|line| line.trim_start().starts_with('#')).count()
    }

    /// Returns an anchor that a block defines and another one uses.
    pub(super) fn anchor_used_outside(&self, key: &str) -> Option<String> {
        let (own, others): (Vec<&Block>, Vec<&Block>) =
            self.blocks.iter().partition(|block| block.key == key);
        let mut anchors = own.iter().flat_map(|block| &block.anchors);
        anchors.find(|anchor| others.iter().any(|block| block.aliases.contains(*anchor))).cloned()
    }

    /// Returns the keys whose anchors a block uses.
    pub(super) fn anchored_by(&self, key: &str) -> BTreeSet<String> {
        let own = self.blocks.iter().filter(|block| block.key == key);
        let used: BTreeSet<&String> = own.flat_map(|block| &block.aliases).collect();
        if used.is_empty() {
            return BTreeSet::new();
        }
        let defines = |block: &&Block| block.anchors.iter().any(|anchor| used.contains(anchor));
        let others = self.blocks.iter().filter(|block| block.key != key);
        others.filter(defines).map(|block| block.key.clone()).collect()
    }

    /// Returns the text without the blocks of these keys, and with another text for some.
    pub(super) fn without(&self, removed: &BTreeSet<String>, replaced: &[(&str, String)]) -> String {
        let mut text = String::new();
        let first = self.blocks.first().map_or(self.lines.len(), |block| block.lines.start);
        add_lines(&mut text, self.lines.get(..first).unwrap_or_default());
        for block in &self.blocks {
            if removed.contains(&block.key) {
                continue;
            }
            match replaced.iter().find(|(key, _)| *key == block.key) {
                Some((_, new)) => text.push_str(new),
                None => add_lines(&mut text, self.lines.get(block.lines.clone()).unwrap_or_default()),
            }
        }
        squeezed(&text)
    }

    /// Returns the keys at the root.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(|block| block.key.as_str())
    }
}

/// Returns the number of lines of code: blank lines and comments do not count.
pub(super) fn code_lines<'t>(lines: impl IntoIterator<Item = &'t str>) -> usize {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    lines.into_iter().filter(is_code).count()
}

fn add_lines(text: &mut String, lines: &[String]) {
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
}

/// Leaves one blank line where several follow each other, and none at the end.
fn squeezed(text: &str) -> String {
    let mut squeezed = String::new();
    let mut was_blank = true;
    for line in text.lines() {
        let is_blank = line.trim().is_empty();
        if !(is_blank && was_blank) {
            squeezed.push_str(line);
            squeezed.push('\n');
        }
        was_blank = is_blank;
    }
    squeezed.trim_end().to_owned() + "\n"
}

/// Returns the key that begins on a line at the root.
fn root_key(line: &str) -> Option<String> {
    let first = line.chars().next()?;
    if first.is_whitespace() || matches!(first, '#' | '-' | '%' | '}' | ']') {
        return None;
    }
    if let Some(quote) = Some(first).filter(|c| matches!(c, '"' | '\'')) {
        let end = line[1..].find(quote)?;
        let is_key = line[end + 2..].trim_start().starts_with(':');
        return is_key.then(|| line[1..=end].to_owned());
    }
    let mut colons = line.match_indices(':').map(|(position, _)| position);
    let end = colons.find(|position| line[position + 1..].chars().next().is_none_or(char::is_whitespace))?;
    Some(line[..end].trim_end().to_owned())
}

/// Returns the names behind a mark, as anchors and aliases are written.
fn marked_names(line: &str, mark: char) -> Vec<String> {
    let mut names = Vec::new();
    let mut before = ' ';
    for (position, c) in line.char_indices() {
        if c == mark && matches!(before, ' ' | '[' | ',' | '\t') {
            let rest = &line[position + c.len_utf8()..];
            let name: String =
                rest.chars().take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ']' | '}')).collect();
            if !name.is_empty() {
                names.push(name);
            }
        }
        before = c;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "stages: [a]\n\n# of a\n# job\na: &a\n  script: x\n\nb:\n  <<: *a\n\"c: d\":\n  script: y\n";

    #[test]
    fn blocks_are_taken_out_with_their_comments() {
        let blocks = Blocks::read(TEXT);
        assert_eq!(blocks.keys().collect::<Vec<_>>(), ["stages", "a", "b", "c: d"]);
        let removed = ["a".to_owned(), "c: d".to_owned()].into_iter().collect();
        assert_eq!(blocks.without(&removed, &[]), "stages: [a]\n\nb:\n  <<: *a\n");
        assert_eq!(blocks.without(&removed, &[("b", "b: {}\n".to_owned())]), "stages: [a]\n\nb: {}\n");
    }

    #[test]
    fn an_anchor_that_another_block_uses_is_seen() {
        let blocks = Blocks::read(TEXT);
        assert_eq!(blocks.anchor_used_outside("a").as_deref(), Some("a"));
        assert_eq!(blocks.anchor_used_outside("b"), None);
    }
}
