//! Tags, as GitLab's reader resolves them: of its own it has `!reference`, and of Ruby's it loads those of plain data.

use super::node::{Entry, Key, Kind, Map, Node, Scalar, Style};
use super::scalar::Meaning;
use crate::diagnostic::{Diagnostic, Origin};
use crate::yaml::rules::YAML_TAG;

/// Prefix of the tags that are written `!!name`.
const CORE: &str = "tag:yaml.org,2002:";

/// Tags of Ruby's classes that scalars can have. Others of scalars have no effect.
const REFUSED_OF_SCALARS: [&str; 9] = [
    "!ruby/regexp",
    "!ruby/range",
    "!ruby/class",
    "!ruby/module",
    "!ruby/encoding",
    "!ruby/object:BigDecimal",
    "!ruby/object:DateTime",
    "!ruby/object:Complex",
    "!ruby/object:Rational",
];

/// A tag that is left on a node, and what the node is.
pub(super) type Resolved = (Option<Box<str>>, Kind);

/// Resolves the tag of a node.
///
/// # Errors
/// A tag that GitLab's reader refuses, or a value that is none of the tag's.
pub(super) fn resolve(tag: Option<String>, kind: Kind, origin: Origin) -> Result<Resolved, Box<Diagnostic>> {
    let Some(tag) = tag else { return Ok((None, kind)) };
    if tag == "!reference" {
        return Ok((Some(tag.into()), kind));
    }
    // A core tag goes by its name, whichever way it is written.
    let name = tag.strip_prefix(CORE).map_or(tag.as_str(), |name| name);
    if is_refused(&tag, name, &kind) {
        let message = format!("GitLab does not load the tag `{}`", tag.replace(CORE, "!!"));
        return Err(Box::new(Diagnostic::error(&YAML_TAG, origin, message).with_help("remove the tag")));
    }
    let kind = match kind {
        Kind::Scalar(scalar) => Kind::Scalar(tagged_scalar(scalar, &tag, name, origin)?),
        Kind::Seq(items) if matches!(name, "!omap" | "omap") => ordered(items, origin)?,
        kind => kind,
    };
    Ok((None, kind))
}

/// Returns `true` for the tags of Ruby's classes, which GitLab does not permit.
fn is_refused(tag: &str, name: &str, kind: &Kind) -> bool {
    let is_class = |prefix: &str| tag.strip_prefix(prefix).is_some_and(|class| class.starts_with(':'));
    match kind {
        Kind::Scalar(_) => is_class("!str") || is_class("!ruby/string") || REFUSED_OF_SCALARS.contains(&tag),
        Kind::Seq(_) => is_class("!seq") || is_class("!ruby/array"),
        Kind::Map(_) => {
            matches!(name, "!set" | "set")
                || is_class("!map")
                || is_class("!str")
                || tag.starts_with("!ruby/")
        }
    }
}

fn tagged_scalar(scalar: Scalar, tag: &str, name: &str, origin: Origin) -> Result<Scalar, Box<Diagnostic>> {
    match name {
        // A block: a key of this kind is no merge key either.
        "str" | "!str" | "!ruby/string" => Ok(Scalar { style: Style::Block, ..scalar }),
        "binary" | "!binary" => {
            let bytes = base64(&scalar.text);
            let text = String::from_utf8(bytes).map_err(|_| wrong(tag, "text in base 64", origin))?;
            Ok(Scalar { text: text.into(), style: Style::Block })
        }
        "float" | "!float" => {
            let number = match super::scalar::plain(&scalar.text) {
                #[expect(clippy::cast_precision_loss, reason = "Ruby rounds as well")]
                Meaning::Int(number) => Some(number as f64),
                Meaning::Float(number) => Some(number),
                Meaning::Text(text) => text.trim().parse().ok(),
                _ => None,
            };
            let number = number.ok_or_else(|| wrong(tag, "a number", origin))?;
            Ok(Scalar { text: float(number).into(), style: Style::Plain })
        }
        _ if name.starts_with("!ruby/sym") => {
            Ok(Scalar { text: format!(":{}", scalar.text).into(), style: Style::Plain })
        }
        // Of a scalar with any other tag Ruby forgets that it was quoted: `! "010"` is 8.
        _ => Ok(Scalar { style: Style::Plain, ..scalar }),
    }
}

fn float(number: f64) -> String {
    match number {
        number if number.is_nan() => ".nan".to_owned(),
        number if number.is_infinite() => if number > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        // In the form that is read as a number: `1.0`, and not `1e16`.
        number => format!("{number:?}").replace('e', "e+").replace("e+-", "e-"),
    }
}

fn wrong(tag: &str, expected: &str, origin: Origin) -> Box<Diagnostic> {
    let message = format!("`{}` must be {expected}", tag.replace(CORE, "!!"));
    Box::new(Diagnostic::error(&YAML_TAG, origin, message).with_help("remove the tag"))
}

/// Returns the mapping that `!!omap` makes of a list of mappings: of each the first key with the last value.
fn ordered(items: Vec<Node>, origin: Origin) -> Result<Kind, Box<Diagnostic>> {
    let mut map = Map::default();
    for item in items {
        let Kind::Map(pair) = item.kind else { return Err(wrong("!!omap", "a list of mappings", origin)) };
        let key: Option<Key> = pair.entries.first().map(|entry| entry.key.clone());
        let Some((key, last)) = key.zip(pair.entries.into_iter().last()) else { continue };
        map.entries.push(Entry { key, value: last.value });
    }
    Ok(Kind::Map(map))
}

/// Decodes base 64 as Ruby does, which passes over all that is none of its characters, and ends at the first `=`.
fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut bits: u32 = 0;
    let mut count = 0;
    for byte in text.bytes().take_while(|byte| *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from((bits >> count) & 0xFF));
        }
    }
    bytes
}
