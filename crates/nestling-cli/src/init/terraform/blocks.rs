//! The blocks of HCL, as far as `init` needs them
//! (<https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>).

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::str::Chars;

/// A block such as `module "vpc" { … }`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::init) struct Block {
    pub name: String,
    pub labels: Vec<String>,
    /// Its arguments; the value of one that is a plain string, and empty for any other.
    pub arguments: BTreeMap<String, String>,
    /// The plain strings of its arguments that are objects.
    pub objects: BTreeMap<String, BTreeMap<String, String>>,
    pub blocks: Vec<Block>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    String(String),
    Sign(char),
    End,
}

/// The most blocks and interpolations inside of each other. HCL of people has no more than ten.
const DEPTH: usize = 100;

/// Reads the blocks of a file.
///
/// # Errors
/// The file is not HCL; the reason shows where.
pub(in crate::init) fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, index: 0 };
    let body = parser.body(0)?;
    Ok(body.blocks)
}

/// Reads the names of the arguments of a file that are in no block.
///
/// # Errors
/// The file is not HCL; the reason shows where.
pub(super) fn names(text: &str) -> Result<BTreeSet<String>, String> {
    let tokens = tokens(text)?;
    let body = Parser { tokens: &tokens, index: 0 }.body(0)?;
    Ok(body.arguments.into_keys().collect())
}

impl Block {
    /// Returns true for a block with this argument, of any value.
    pub(in crate::init) fn has_argument(&self, name: &str) -> bool {
        self.arguments.contains_key(name) || self.objects.contains_key(name)
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    index: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.index).cloned();
        self.index += 1;
        token
    }

    /// Reads a body up to its closing brace, or to the end of the file for that which is in no block.
    fn body(&mut self, depth: usize) -> Result<Block, String> {
        let is_inner = depth > 0;
        if depth > DEPTH {
            return Err(format!("more than {DEPTH} blocks inside of each other"));
        }
        let mut body = Block::default();
        loop {
            match self.next() {
                Some(Token::End | Token::Sign(',')) => {}
                Some(Token::Sign('}')) if is_inner => return Ok(body),
                Some(Token::Name(name)) => self.item(name, &mut body, depth)?,
                None if is_inner => return Err("a block is not closed".to_owned()),
                None => return Ok(body),
                Some(token) => return Err(format!("expected a name, found {}", shown(&token))),
            }
        }
    }

    /// Reads an argument or a block of this name.
    fn item(&mut self, name: String, body: &mut Block, depth: usize) -> Result<(), String> {
        let mut labels = Vec::new();
        loop {
            match self.next() {
                Some(Token::Sign('=')) if labels.is_empty() => {
                    let start = self.index;
                    let value = self.value()?;
                    if let [Token::Sign('{'), object @ ..] = &self.tokens[start..self.index] {
                        body.objects.insert(name.clone(), strings(object));
                    }
                    body.arguments.insert(name, value);
                    return Ok(());
                }
                Some(Token::Name(label) | Token::String(label)) => labels.push(label),
                Some(Token::Sign('{')) => {
                    let inner = self.body(depth + 1)?;
                    body.blocks.push(Block { name, labels, ..inner });
                    return Ok(());
                }
                Some(token) => {
                    return Err(format!("expected `=` or a block behind `{name}`, found {}", shown(&token)));
                }
                None => return Err(format!("`{name}` has neither a value nor a block")),
            }
        }
    }

    /// Reads a value up to the end of its line. Returns its text if it is a plain string.
    fn value(&mut self) -> Result<String, String> {
        let start = self.index;
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(self.index) {
            match token {
                Token::End if depth == 0 => break,
                Token::Sign('(' | '[' | '{') => depth += 1,
                Token::Sign('}') if depth == 0 => break,
                Token::Sign(')' | ']' | '}') => {
                    depth = depth
                        .checked_sub(1)
                        .ok_or_else(|| "a bracket is closed that is not open".to_owned())?;
                }
                _ => {}
            }
            self.index += 1;
        }
        if depth > 0 {
            return Err("a bracket is not closed".to_owned());
        }
        match &self.tokens[start..self.index] {
            [Token::String(text)] => Ok(text.clone()),
            [] => Err("a value is missing".to_owned()),
            _ => Ok(String::new()),
        }
    }
}

/// Returns the plain strings of an object, without those of objects inside of it.
fn strings(object: &[Token]) -> BTreeMap<String, String> {
    let mut strings = BTreeMap::new();
    let mut depth = 0_usize;
    for (index, token) in object.iter().enumerate() {
        match (token, object.get(index + 1), object.get(index + 2)) {
            (Token::Sign('(' | '[' | '{'), ..) => depth += 1,
            (Token::Sign(')' | ']' | '}'), ..) => depth = depth.saturating_sub(1),
            (
                Token::Name(name) | Token::String(name),
                Some(Token::Sign('=' | ':')),
                Some(Token::String(value)),
            ) if depth == 0 => {
                strings.insert(name.clone(), value.clone());
            }
            _ => {}
        }
    }
    strings
}

fn shown(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("`{name}`"),
        Token::String(text) => format!("`\"{text}\"`"),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end of the line".to_owned(),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('#', _) | ('/', Some('/')) => skip_line(&mut characters),
            ('/', Some('*')) => skip_comment(&mut characters)?,
            ('\n', _) => tokens.push(Token::End),
            ('"', _) => tokens.push(Token::String(quoted(&mut characters, 0)?)),
            ('<', Some('<')) => {
                characters.next();
                skip_heredoc(&mut characters)?;
                tokens.push(Token::Sign('<'));
                tokens.push(Token::End);
            }
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let mut name = String::from(c);
                while let Some(c) =
                    characters.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
                {
                    name.push(c);
                }
                tokens.push(Token::Name(name));
            }
            // `==`, `=>` and their like are parts of values.
            ('=' | '!' | '<' | '>', Some('=' | '>')) => {
                characters.next();
                tokens.push(Token::Sign('~'));
            }
            (c, _) if c.is_whitespace() => {}
            (c, _) => tokens.push(Token::Sign(c)),
        }
    }
    Ok(tokens)
}

fn skip_line(characters: &mut Peekable<Chars<'_>>) {
    while characters.next_if(|c| *c != '\n').is_some() {}
}

fn skip_comment(characters: &mut Peekable<Chars<'_>>) -> Result<(), String> {
    let mut previous = ' ';
    for c in characters.by_ref().skip(1) {
        if (previous, c) == ('*', '/') {
            return Ok(());
        }
        previous = c;
    }
    Err("a comment is not closed".to_owned())
}

/// Reads a string behind its first quote. What it interpolates may have strings of its own.
fn quoted(characters: &mut Peekable<Chars<'_>>, depth: usize) -> Result<String, String> {
    if depth > DEPTH {
        return Err(format!("more than {DEPTH} interpolations inside of each other"));
    }
    let mut text = String::new();
    while let Some(c) = characters.next() {
        match c {
            '"' => return Ok(text),
            '\n' => break,
            '\\' => text.extend(characters.next()),
            // `$${` is not an interpolation.
            '$' | '%' if characters.peek() == Some(&c) => {
                characters.next();
                text.push(c);
                text.extend(characters.next_if_eq(&'{'));
            }
            '$' | '%' if characters.peek() == Some(&'{') => {
                characters.next();
                text.push_str("${");
                skip_interpolation(characters, depth)?;
                text.push('}');
            }
            c => text.push(c),
        }
    }
    Err("a string is not closed".to_owned())
}

fn skip_interpolation(characters: &mut Peekable<Chars<'_>>, depth_of_string: usize) -> Result<(), String> {
    let mut depth = 1_usize;
    while let Some(c) = characters.next() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            '"' => drop(quoted(characters, depth_of_string + 1)?),
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
    }
    Err("an interpolation is not closed".to_owned())
}

fn skip_heredoc(characters: &mut Peekable<Chars<'_>>) -> Result<(), String> {
    let line = |characters: &mut Peekable<Chars<'_>>| {
        let mut line = String::new();
        while let Some(c) = characters.next_if(|c| *c != '\n') {
            line.push(c);
        }
        characters.next().map(|_| line.clone()).or((!line.is_empty()).then_some(line))
    };
    let mark = line(characters).unwrap_or_default();
    let mark = mark.trim_start_matches('-').trim().to_owned();
    while let Some(text) = line(characters) {
        if text.trim() == mark {
            return Ok(());
        }
    }
    Err(format!("the text up to `{mark}` is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_with_their_arguments() {
        let text = "# c\nterraform { cloud {} }\n/* { */\nmodule \"x\" {\n  source = \"../x\"\n  a = [1, {\n    b = \"${c[\"}\"]}\"\n  }]\n  d = <<-EOT\n    } {\n  EOT\n  e = f == g ? 1 : 2 // }\n}\n";
        let blocks = blocks(text).unwrap();
        assert_eq!(blocks[0].blocks[0].name, "cloud");
        assert_eq!((blocks[1].name.as_str(), blocks[1].labels[0].as_str()), ("module", "x"));
        assert_eq!(blocks[1].arguments["source"], "../x");
        assert_eq!(blocks[1].arguments.keys().collect::<Vec<_>>(), ["a", "d", "e", "source"]);
    }

    #[test]
    fn the_strings_of_an_object_are_kept() {
        let read = blocks(
            "p {\n  aws = {\n    source = \"a/b\", \"version\" : \"1\"\n    more = { x = \"y\" }\n  }\n}\n",
        );
        let object = read.unwrap()[0].objects["aws"].clone();
        assert_eq!(object.into_iter().collect::<Vec<_>>().len(), 2);
    }

    #[test]
    fn braces_behind_two_signs_are_text_and_depth_is_bounded() {
        let read = blocks("module \"x\" {\n  source = \"a$${b\"\n}\n").unwrap();
        assert_eq!(read[0].arguments["source"], "a${b");
        let deep = "a {".repeat(100_000);
        assert_eq!(blocks(&deep).unwrap_err(), "more than 100 blocks inside of each other");
        let strings = format!("a = {}", "\"${".repeat(100_000));
        assert_eq!(blocks(&strings).unwrap_err(), "more than 100 interpolations inside of each other");
    }

    #[test]
    fn anything_but_hcl_is_refused_with_the_reason() {
        for (text, reason) in [
            ("a {", "a block is not closed"),
            ("}", "expected a name, found `}`"),
            ("a = [\n", "a bracket is not closed"),
            ("a = \"b\n", "a string is not closed"),
            ("???", "expected a name, found `?`"),
            ("a", "`a` has neither a value nor a block"),
        ] {
            assert_eq!(blocks(text).unwrap_err(), reason, "{text}");
        }
    }
}
