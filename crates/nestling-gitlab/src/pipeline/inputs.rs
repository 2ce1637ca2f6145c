//! The values of a file's inputs, and the text that GitLab makes with them before it looks at anything else
//! (lib/ci/inputs/; <https://docs.gitlab.com/ci/inputs/>).

use super::component_values::ComponentValues;
use super::interpolation::{Access, AccessStep, Block, Function, OPEN, Root, blocks, parse};
use crate::diagnostic::Origin;
use crate::pipeline::expression::{Expression, Truth, Variable};
use crate::yaml::{Entry, Kind, Map, Meaning, Node, Scalar, Style};
use indexmap::IndexMap;

/// The values of a file's inputs, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct InputValues<'a> {
    /// In the order of their definitions. `None` for a value that only the user of the file gives.
    values: IndexMap<&'a str, Option<Node>>,
    /// The values of the component that the file belongs to, if it is one from elsewhere.
    component: Option<&'a ComponentValues>,
    is_used: bool,
}

/// The most that the values put into one file can come to together ([`Node::weight`]): GitLab gives up at as many nodes.
const WEIGHT_LIMIT: usize = 500_000;

/// The outcome of putting values into a document.
#[derive(Debug)]
pub struct Placed {
    /// The places of blocks whose values are not known.
    pub open: Vec<Origin>,
    /// The weight that values may still have.
    weight: usize,
}

impl Placed {
    /// Returns `true` if the values came to more than fits into memory, and the rest was left out.
    pub fn is_too_much(&self) -> bool {
        self.weight == 0
    }

    fn spend(&mut self, weight: usize) {
        self.weight = self.weight.saturating_sub(weight);
    }
}

impl<'a> InputValues<'a> {
    /// Returns the values of inputs that a header defines: those that are given, else the defaults.
    ///
    /// A file that no other includes is one that is made for others, and has an empty default where it expects a value.
    pub fn of(definitions: &'a Map, given: Option<&Map>) -> Self {
        let mut values = Self { values: IndexMap::new(), component: None, is_used: given.is_some() };
        for (name, definition) in definitions.iter() {
            let value = values.value(definition, given.and_then(|given| given.get(name)));
            values.values.insert(name, value);
        }
        values
    }

    /// Adds the values of the component that the file belongs to.
    pub fn with_component(self, component: Option<&'a ComponentValues>) -> Self {
        Self { component, ..self }
    }

    /// Returns the value of an input, if it is known.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.values.get(name)?.as_ref()
    }

    fn value(&self, definition: &Node, given: Option<&Node>) -> Option<Node> {
        let kind = definition.get("type").and_then(Node::as_str).unwrap_or("string");
        let chosen = match given {
            Some(given) => Some(given),
            None => self.default(definition),
        };
        coerced(kind, chosen?)
            .filter(|node| self.is_used || node.as_str().is_none_or(|text| !text.is_empty()))
    }

    /// Returns the default: of the first rule whose condition holds, where there are rules.
    fn default<'d>(&self, definition: &'d Node) -> Option<&'d Node> {
        let Some(rules) = definition.get("rules").and_then(Node::as_seq) else {
            return definition.get("default");
        };
        for rule in rules {
            match self.holds(rule) {
                Truth::Yes => return rule.get("default"),
                Truth::Maybe => return None,
                Truth::No => {}
            }
        }
        None
    }

    fn holds(&self, rule: &Node) -> Truth {
        let Some(condition) = rule.get("if").and_then(Node::as_str) else { return Truth::Yes };
        let variable = |name: &str| match name.strip_prefix("inputs.") {
            Some(name) => self.operand(name),
            None => Variable::Unset,
        };
        Expression::parse(condition).map_or(Truth::Maybe, |condition| condition.evaluate(&variable))
    }

    /// Returns an input as an operand of a condition.
    fn operand(&self, name: &str) -> Variable {
        let Some(scalar) = self.get(name).and_then(Node::as_scalar) else { return Variable::Unknown };
        match scalar.meaning() {
            Meaning::Bool(value) => Variable::Bool(value),
            Meaning::Text(text) => Variable::Set(text.to_owned()),
            _ => Variable::Unknown,
        }
    }

    /// Puts the values that are known in place of their blocks.
    pub fn put_into(&self, node: &mut Node) -> Placed {
        let mut placed = Placed { open: Vec::new(), weight: WEIGHT_LIMIT };
        self.node(node, &mut placed);
        placed
    }

    fn node(&self, node: &mut Node, placed: &mut Placed) {
        let origin = node.origin;
        match &mut node.kind {
            Kind::Seq(items) => self.items(items, placed),
            Kind::Map(map) => {
                for Entry { key, value } in &mut map.entries {
                    if let Some(text) = self.text(&key.scalar.text, key.origin, placed) {
                        key.scalar = Scalar { text: text.into(), style: Style::Quoted };
                    }
                    self.node(value, placed);
                }
            }
            Kind::Scalar(_) if placed.weight == 0 => {}
            Kind::Scalar(scalar) if scalar.text.contains(OPEN) => {
                if let Some(value) = self.lone(&scalar.text) {
                    placed.spend(value.weight());
                    *node = moved(&value, origin);
                } else if let Some(text) = self.text(&scalar.text, origin, placed) {
                    let style = if scalar.style == Style::Plain { Style::Quoted } else { scalar.style };
                    *scalar = Scalar { text: text.into(), style };
                }
            }
            Kind::Scalar(_) => {}
        }
    }

    /// Puts values into a list. A list in place of one of its strings is spliced into it (`Config#recursive_replace_array`).
    fn items(&self, items: &mut Vec<Node>, placed: &mut Placed) {
        let mut replaced = Vec::with_capacity(items.len());
        for mut item in items.drain(..) {
            let was_string = item.as_scalar().is_some();
            self.node(&mut item, placed);
            match item.kind {
                Kind::Seq(spliced) if was_string => replaced.extend(spliced),
                _ => replaced.push(item),
            }
        }
        *items = replaced;
    }

    /// Returns the value of a string that is one block and nothing else: it keeps its type.
    fn lone(&self, text: &str) -> Option<Node> {
        let [block] = &blocks(text)[..] else { return None };
        let is_whole = block.start == OPEN.len() && block.end + 2 == text.len();
        self.block(&text[block.clone()]).filter(|_| is_whole)
    }

    /// Returns a string with values in place of its blocks; `None` if it has none that is known.
    fn text(&self, text: &str, origin: Origin, placed: &mut Placed) -> Option<String> {
        let mut made = String::new();
        let mut end = 0;
        for block in blocks(text) {
            let inside = &text[block.clone()];
            let value = self.block(inside);
            match value.as_ref().and_then(Node::as_scalar).and_then(as_text) {
                Some(value) => {
                    placed.spend(1 + value.len() / 32);
                    made.push_str(&text[end..block.start - OPEN.len()]);
                    made.push_str(&value);
                    end = block.end + 2;
                }
                // GitLab puts in the values of a matrix later.
                None if parse(inside) == Ok(Block::Later) => {}
                None => placed.open.push(origin),
            }
        }
        made.push_str(&text[end..]);
        (end > 0).then_some(made)
    }

    /// Returns the value of a block, if it is known.
    fn block(&self, inside: &str) -> Option<Node> {
        let Ok(Block::Value(access, functions)) = parse(inside) else { return None };
        let of_component = || Some(Node::string(Origin::generated(), self.component?.get(access.name)?));
        let value = match access.root {
            Root::Inputs => part(self.get(access.name)?, &access).ok()?.clone(),
            Root::Component => of_component()?,
        };
        if functions.is_empty() {
            return Some(value);
        }
        let mut text = value.as_str()?.to_owned();
        for function in functions {
            text = call(function, &text);
        }
        Some(Node::string(value.origin, text))
    }
}

/// Returns the part of a value that a block names.
///
/// # Errors
/// The value has no such part.
pub fn part<'n>(value: &'n Node, access: &Access<'_>) -> Result<&'n Node, String> {
    part_of(value, access, Node::as_seq, Node::get)
}

/// Returns the part of a value of any kind that a block names: `items` gives the items of a list, `entry` the value of a key.
///
/// # Errors
/// The value has no such part.
pub fn part_of<'n, V>(
    value: &'n V,
    access: &Access<'_>,
    items: impl Fn(&'n V) -> Option<&'n [V]>,
    entry: impl Fn(&'n V, &str) -> Option<&'n V>,
) -> Result<&'n V, String> {
    let mut part = value;
    let path = access.written;
    for step in &access.steps {
        part = match step {
            AccessStep::Index(index) => {
                let items = items(part)
                    .ok_or_else(|| format!("`{path}` has an index, but the value is not a list"))?;
                items.get(*index).ok_or_else(|| format!("`{path}` is beyond the end of the list"))?
            }
            AccessStep::Key(key) => {
                entry(part, key).ok_or_else(|| format!("`{path}` is not a key of the value"))?
            }
        };
    }
    Ok(part)
}

/// Returns a value in the type of its input, if it is known.
fn coerced(kind: &str, node: &Node) -> Option<Node> {
    let origin = node.origin;
    match kind {
        "array" => node.as_seq().map(|_| node.clone()),
        "string" => Some(Node::string(origin, as_text(node.as_scalar()?)?)),
        "boolean" | "number" => {
            let scalar = node.as_scalar()?;
            let is_of_kind = |meaning: &Meaning<'_>| match kind {
                "boolean" => matches!(meaning, Meaning::Bool(_)),
                _ => matches!(meaning, Meaning::Int(_) | Meaning::Float(_)),
            };
            // A string is read as JSON first.
            let plain = Node::plain(origin, &*scalar.text);
            let is_known = is_of_kind(&scalar.meaning()) || is_of_kind(&plain.as_scalar()?.meaning());
            is_known.then_some(plain)
        }
        _ => None,
    }
}

/// Returns a scalar as GitLab writes it into a string; `None` for a date or a symbol.
fn as_text(scalar: &Scalar) -> Option<String> {
    match scalar.meaning() {
        Meaning::Null => Some(String::new()),
        Meaning::Bool(value) => Some(value.to_string()),
        Meaning::Int(value) => Some(value.to_string()),
        Meaning::Float(value) if value.fract() == 0.0 => Some(format!("{value:.1}")),
        Meaning::Float(value) => Some(value.to_string()),
        Meaning::Text(text) => Some(text.to_owned()),
        Meaning::Date | Meaning::Symbol => None,
    }
}

/// Returns what a function makes of a string.
fn call(function: Function, text: &str) -> String {
    match function {
        Function::Truncate(offset, length) => text.chars().skip(offset).take(length).collect(),
        // The variables stay in the text, for the job to expand.
        Function::ExpandVars => text.to_owned(),
        Function::PosixEscape => posix_escape(text),
    }
}

/// Escapes a string for a shell, as Ruby does.
fn posix_escape(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("'\n'"),
            _ if c.is_ascii_alphanumeric() || "_-.,:+/@".contains(c) => escaped.push(c),
            _ => escaped.extend(['\\', c]),
        }
    }
    escaped
}

/// Returns a value at the place that uses it, where what is wrong with it is to be found.
fn moved(node: &Node, origin: Origin) -> Node {
    let kind = match &node.kind {
        Kind::Scalar(scalar) => Kind::Scalar(scalar.clone()),
        Kind::Seq(items) => Kind::Seq(items.iter().map(|item| moved(item, origin)).collect()),
        Kind::Map(map) => {
            let mut map = map.clone();
            for Entry { key, value } in &mut map.entries {
                key.origin = origin;
                *value = moved(value, origin);
            }
            Kind::Map(map)
        }
    };
    Node { origin, tag: node.tag.clone(), kind }
}

#[cfg(test)]
mod tests;
