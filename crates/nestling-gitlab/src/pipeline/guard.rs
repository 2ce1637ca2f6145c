//! Guards: conditions over what is not known before GitLab creates the pipeline.
//!
//! A guard is what remains of `rules:if`, `changes` and `exists` once everything known has been put in. It is plain
//! propositional logic, so that one guard can be compared with another.

use regex::Regex;
use std::fmt;

/// A condition over unknown variables, files and references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// It always holds.
    Always,
    /// It never holds.
    Never,
    /// A single fact that is not known.
    Atom(Atom),
    /// The inner guard does not hold.
    Not(Box<Self>),
    /// All of these hold; two or more.
    All(Vec<Self>),
    /// Any of these holds; two or more.
    Any(Vec<Self>),
}

/// A single fact that is not known before the pipeline is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atom {
    /// The variable is defined, perhaps as an empty string.
    IsSet(String),
    /// The variable is defined, and more than white space.
    IsPresent(String),
    /// The two sides are equal as `==` compares them.
    Equals(Operand, Operand),
    /// The left side matches the right one as `=~` compares them.
    Matches(Operand, Operand),
    /// A part of an expression that is compared as a whole, as it was written.
    Expression(String),
    /// A path that one of these globs matches changed.
    Changes(Vec<String>),
    /// A file that one of these globs matches exists.
    Exists(Vec<String>),
    /// The branch or tag is one that `only` or `except` names so.
    Reference(String),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A variable whose value is not known.
    Variable(String),
    /// A string.
    Text(String),
    /// A regular expression.
    Pattern(Pattern),
    /// `null`, or a variable that is not defined.
    Null,
    /// `true` or `false`.
    Bool(bool),
}

/// A regular expression that can be compared with another.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The expression as it is written, `/…/` with its flags.
    pub written: String,
    /// The expression, compiled. Its source is not RE2's.
    pub regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

impl Eq for Pattern {}

impl From<bool> for Guard {
    fn from(holds: bool) -> Self {
        if holds { Self::Always } else { Self::Never }
    }
}

impl Guard {
    /// The opposite of a guard.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The guard that holds where all of these do.
    pub fn all(guards: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = Vec::new();
        for guard in guards {
            match guard {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::All(inner) => inner.into_iter().for_each(|part| push_once(&mut parts, part)),
                other => push_once(&mut parts, other),
            }
        }
        if contradicts(&parts) {
            return Self::Never;
        }
        match parts.len() {
            0 => Self::Always,
            1 => parts.remove(0),
            _ => Self::All(parts),
        }
    }

    /// The guard that holds where any of these does.
    pub fn any(guards: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = Vec::new();
        for guard in guards {
            match guard {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Any(inner) => inner.into_iter().for_each(|part| push_once(&mut parts, part)),
                other => push_once(&mut parts, other),
            }
        }
        // `A or not A` holds whatever A is.
        if contradicts(&parts) {
            return Self::Always;
        }
        match parts.len() {
            0 => Self::Never,
            1 => parts.remove(0),
            _ => Self::Any(parts),
        }
    }

    /// Returns the facts that the guard asks for, each once, in order of appearance.
    pub fn atoms(&self) -> Vec<&Atom> {
        let mut atoms = Vec::new();
        self.collect_atoms(&mut atoms);
        atoms
    }

    fn collect_atoms<'a>(&'a self, atoms: &mut Vec<&'a Atom>) {
        match self {
            Self::Always | Self::Never => {}
            Self::Atom(atom) => {
                if !atoms.contains(&atom) {
                    atoms.push(atom);
                }
            }
            Self::Not(inner) => inner.collect_atoms(atoms),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.collect_atoms(atoms));
            }
        }
    }

    /// Returns `true` if the guard holds where each fact has the given truth.
    pub fn holds(&self, truth: &dyn Fn(&Atom) -> bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Atom(atom) => truth(atom),
            Self::Not(inner) => !inner.holds(truth),
            Self::All(parts) => parts.iter().all(|part| part.holds(truth)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(truth)),
        }
    }
}

fn push_once(parts: &mut Vec<Guard>, part: Guard) {
    if !parts.contains(&part) {
        parts.push(part);
    }
}

/// Returns `true` if one part is the opposite of another.
fn contradicts(parts: &[Guard]) -> bool {
    parts.iter().any(|part| match part {
        Guard::Not(inner) => parts.contains(inner),
        _ => false,
    })
}

/// In words: `` `$PUBLISH` is `yes` and not (a change to `src/**/*`) ``.
impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Never => f.write_str("never"),
            Self::Atom(atom) => atom.fmt(f),
            Self::Not(inner) => match &**inner {
                Self::Atom(atom) => atom.fmt_negated(f),
                other => write!(f, "not ({other})"),
            },
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Guard], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match part {
            Guard::All(_) | Guard::Any(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

impl Atom {
    fn fmt_negated(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IsSet(name) => write!(f, "`${name}` is not set"),
            Self::IsPresent(name) => write!(f, "`${name}` is not set or empty"),
            Self::Equals(left, right) => write!(f, "{left} is not {right}"),
            Self::Matches(left, right) => write!(f, "{left} does not match {right}"),
            Self::Expression(text) => write!(f, "`{text}` is false"),
            Self::Changes(globs) => write!(f, "nothing changed in {}", listed(globs)),
            Self::Exists(globs) => write!(f, "no file {} exists", listed(globs)),
            Self::Reference(name) => write!(f, "the branch or tag is not `{name}`"),
        }
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IsSet(name) => write!(f, "`${name}` is set"),
            Self::IsPresent(name) => write!(f, "`${name}` is set and not empty"),
            Self::Equals(left, right) => write!(f, "{left} is {right}"),
            Self::Matches(left, right) => write!(f, "{left} matches {right}"),
            Self::Expression(text) => write!(f, "`{text}` holds"),
            Self::Changes(globs) => write!(f, "something changed in {}", listed(globs)),
            Self::Exists(globs) => write!(f, "a file {} exists", listed(globs)),
            Self::Reference(name) => write!(f, "the branch or tag is `{name}`"),
        }
    }
}

fn listed(globs: &[String]) -> String {
    globs.iter().map(|glob| format!("`{glob}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "`${name}`"),
            Self::Text(text) => write!(f, "`{text}`"),
            Self::Pattern(pattern) => write!(f, "`{}`", pattern.written),
            Self::Null => f.write_str("`null`"),
            Self::Bool(value) => write!(f, "`{value}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(name: &str) -> Guard {
        Guard::Atom(Atom::IsPresent(name.to_owned()))
    }

    #[test]
    fn guards_are_simplified_as_they_are_made() {
        let (a, b) = (atom("A"), atom("B"));
        let table = [
            (Guard::all([]), Guard::Always),
            (Guard::any([]), Guard::Never),
            (Guard::all([a.clone(), Guard::Always]), a.clone()),
            (Guard::all([a.clone(), Guard::Never]), Guard::Never),
            (Guard::any([a.clone(), Guard::Always]), Guard::Always),
            (Guard::all([a.clone(), a.clone()]), a.clone()),
            (Guard::all([a.clone(), a.clone().negated()]), Guard::Never),
            (Guard::any([a.clone(), a.clone().negated()]), Guard::Always),
            (a.clone().negated().negated(), a.clone()),
            (Guard::all([Guard::all([a.clone(), b.clone()]), a.clone()]), Guard::All(vec![a, b])),
        ];
        for (made, wanted) in table {
            assert_eq!(made, wanted);
        }
    }

    #[test]
    fn a_guard_reads_as_a_sentence() {
        let equals = Atom::Equals(Operand::Variable("X".to_owned()), Operand::Text("yes".to_owned()));
        let changes = Atom::Changes(vec!["src/**/*".to_owned()]);
        let guard = Guard::all([Guard::Atom(equals), Guard::Atom(changes).negated()]);
        assert_eq!(guard.to_string(), "`$X` is `yes` and nothing changed in `src/**/*`");
    }
}
