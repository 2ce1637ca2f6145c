//! The files of the repository that a template asks about, by `files.exists("./Dockerfile")` and the like, as far as its text
//! says: a change of one of them may change the jobs.

use super::bindings::bindings;
use super::regions::{Region, regions};
use super::{is_template, syntax};
use minijinja::machinery::{Token, tokenize};

/// Files that a template asks about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileRead {
    /// A file or a directory, by its path as written.
    Path(String),
    /// A file or a directory whose hash is asked for, by its path as written: links are followed.
    Fingerprint(String),
    /// Files of this name in the unit's directory or above it.
    Nearest(String),
    /// Files that a glob matches, as written.
    Glob(String),
    /// A computed path, which could be any file's.
    Computed,
}

/// Returns the files that a template asks about, in order.
pub(crate) fn file_reads(template: &str) -> Vec<FileRead> {
    if !template.contains("files") || !is_template(template) {
        return Vec::new();
    }
    let tokens: Vec<Token<'_>> =
        tokenize(template, false, syntax()).map_while(Result::ok).map(|(token, _)| token).collect();
    if !tokens.iter().any(|token| matches!(token, Token::Ident("files"))) {
        return Vec::new();
    }
    let bound = bound_names(template);
    if bound.contains(&"files") {
        return Vec::new();
    }
    let answers = names_of_answers(&tokens, &bound);
    let mut reads = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_key = index > 0 && matches!(tokens[index - 1], Token::Dot);
        // `x is files` and `f(files=…)` name something else, and asking for too much does no harm.
        if matches!(token, Token::Ident("files")) && !is_key {
            reads.extend(call(&tokens[index + 1..], &answers));
        }
    }
    reads
}

/// Returns the names that control lines bind, each as often as it is bound.
pub(super) fn bound_names(template: &str) -> Vec<&str> {
    let controls = regions(template).into_iter().filter_map(|region| match region {
        Region::Control(range) => Some(range),
        Region::Expression { .. } | Region::Braces(_) => None,
    });
    controls.flat_map(|range| bindings(template, range)).map(|binding| binding.name).collect()
}

/// Returns the names that are only ever bound to paths that a constant question is answered with, by
/// `set lock = files.nearest("…")` or `for path in files.glob("…")`: to read these files asks about no others.
fn names_of_answers<'t>(tokens: &[Token<'t>], bound: &[&str]) -> Vec<&'t str> {
    let mut answers: Vec<&str> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let name = match (token, tokens.get(index + 1), tokens.get(index + 2)) {
            (Token::Ident("set"), Some(Token::Ident(name)), Some(Token::Assign))
            | (Token::Ident("for"), Some(Token::Ident(name)), Some(Token::Ident("in"))) => *name,
            _ => continue,
        };
        if is_paths(&tokens[index + 3..]) {
            answers.push(name);
        }
    }
    let times = |names: &[&str], name: &str| names.iter().filter(|other| **other == name).count();
    let is_always = |name: &&str| times(&answers, name) == times(bound, name);
    answers.iter().copied().filter(is_always).collect()
}

/// Returns `true` if a control line ends with a constant question whose answer are paths.
fn is_paths(tokens: &[Token<'_>]) -> bool {
    let [
        Token::Ident("files"),
        Token::Dot,
        Token::Ident("nearest" | "above" | "glob"),
        Token::ParenOpen,
        arguments @ ..,
    ] = tokens
    else {
        return false;
    };
    let end = arguments.iter().position(|token| matches!(token, Token::ParenClose));
    let is_end = |end: usize| matches!(arguments.get(end + 1), Some(Token::BlockEnd));
    constant_strings(arguments).is_some() && end.is_some_and(is_end)
}

/// Reads `.function(arguments)`.
fn call(tokens: &[Token<'_>], answers: &[&str]) -> Vec<FileRead> {
    let [Token::Dot, Token::Ident(function), Token::ParenOpen, arguments @ ..] = tokens else {
        return vec![FileRead::Computed];
    };
    if let [Token::Ident(name), Token::ParenClose, ..] = arguments
        && answers.contains(name)
    {
        return Vec::new();
    }
    let Some(texts) = constant_strings(arguments) else { return vec![FileRead::Computed] };
    let read = match *function {
        "nearest" | "above" => FileRead::Nearest,
        "glob" => FileRead::Glob,
        "fingerprint" => FileRead::Fingerprint,
        _ => FileRead::Path,
    };
    texts.into_iter().map(read).collect()
}

/// Reads arguments up to the closing parenthesis; `None` where one is no constant text. `unit.dir ~ "/name"` is one: it is
/// `./name`.
fn constant_strings(mut tokens: &[Token<'_>]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    loop {
        let text = match tokens {
            [Token::ParenClose, ..] => return Some(texts),
            [
                Token::Ident("unit"),
                Token::Dot,
                Token::Ident("dir"),
                Token::Tilde,
                text @ (Token::Str(_) | Token::String(_)),
                rest @ ..,
            ] => {
                tokens = rest;
                let text = text_of(text)?;
                text.starts_with('/').then(|| format!(".{text}"))?
            }
            [text @ (Token::Str(_) | Token::String(_)), rest @ ..] => {
                tokens = rest;
                text_of(text)?
            }
            _ => return None,
        };
        texts.push(text);
        match tokens {
            [Token::Comma, rest @ ..] => tokens = rest,
            [Token::ParenClose, ..] => return Some(texts),
            _ => return None,
        }
    }
}

fn text_of(token: &Token<'_>) -> Option<String> {
    match token {
        Token::Str(text) => Some((*text).to_owned()),
        Token::String(text) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_paths_are_known_and_computed_ones_are_any() {
        let path = |text: &str| FileRead::Path(text.to_owned());
        let nearest = |text: &str| FileRead::Nearest(text.to_owned());
        for (template, expected) in [
            ("#% if files.exists('./Dockerfile')\n#% endif\n", vec![path("./Dockerfile")]),
            ("x: ${{ files.json(\"package.json\").name }}\n", vec![path("package.json")]),
            ("x: ${{ files.json(unit.dir ~ \"/package.json\").name }}\n", vec![path("./package.json")]),
            ("x: ${{ files.fingerprint('./src') }}\n", vec![FileRead::Fingerprint("./src".to_owned())]),
            ("x: ${{ files.nearest('a', 'b',) }}\n", vec![nearest("a"), nearest("b")]),
            ("x: ${{ files.glob('**/*.tf') | length }}\n", vec![FileRead::Glob("**/*.tf".to_owned())]),
            (
                "x: ${{ files.json(files.nearest('package.json')) }}\n",
                vec![FileRead::Computed, nearest("package.json")],
            ),
            ("#% set lock = files.nearest('a')\nx: ${{ files.read(lock) }}\n", vec![nearest("a")]),
            ("#% for f in files.above('a')\nx: ${{ files.json(f).b }}\n#% endfor\n", vec![nearest("a")]),
            (
                "#% set a = files.nearest('a') or 'b'\nx: ${{ files.read(a) }}\n",
                vec![nearest("a"), FileRead::Computed],
            ),
            (
                "#% set a = files.nearest('a')\n#% set a = b\nx: ${{ files.read(a) }}\n",
                vec![nearest("a"), FileRead::Computed],
            ),
            ("x: ${{ files.yaml('a' ~ b) }}\n", vec![FileRead::Computed]),
            ("x: ${{ files.yaml('a' | upper) }}\n", vec![FileRead::Computed]),
            ("#% set f = files\nx: ${{ f.yaml('a') }}\n", vec![FileRead::Computed]),
            ("#% set files = ['a']\nx: ${{ files[0] }}\n", vec![]),
            ("#% for files in x\n#% endfor\n", vec![]),
            ("x: ${{ unit.changed_files | length }}${{ inputs.files }}\n", vec![]),
            ("files: ['a']\n", vec![]),
            ("files: ${{ x }}\n", vec![]),
        ] {
            assert_eq!(file_reads(template), expected, "{template}");
        }
    }
}
