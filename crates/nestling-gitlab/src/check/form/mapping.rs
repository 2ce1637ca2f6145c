//! Mappings.

use super::{Label, Named, Walk};
use crate::diagnostic::{Origin, Suggestion};
use crate::table::{CaseShape, JOB, Keyword, MappingShape, NamesShape, Null, Shape};
use crate::yaml::{Entry, Key, Map, Meaning, Node};

impl Walk<'_> {
    pub(super) fn mapping(&mut self, named: Named<'_>, shape: &'static MappingShape, node: &Node) {
        let Some(map) = node.as_map() else { return };
        let rule = if shape.rule.is_empty() { named.rule } else { shape.rule };
        self.keys(shape, map, node.origin, Named { rule, ..named });
    }

    /// Judges the keys of a mapping, and what they require of each other. `origin` is the place of the mapping.
    pub(crate) fn keys(&mut self, shape: &'static MappingShape, map: &Map, origin: Origin, named: Named<'_>) {
        let before = self.problems.len();
        for entry in &map.entries {
            match self.known(shape, entry.key.text()) {
                Some(keyword) => self.keyword_entry(shape, keyword, entry, named),
                None => self.unknown(shape, entry, named),
            }
        }
        // An unknown key may be a misspelled one that is missing.
        let helps: Vec<String> =
            self.problems[before..].iter().filter_map(|problem| problem.help.clone()).collect();
        let is_meant = |name: &str| !helps.is_empty() && helps.contains(&format!("did you mean `{name}`?"));
        self.missing(shape, map, origin, named, &is_meant);
        self.constraints(shape, map, origin, named, &is_meant);
    }

    /// Returns the keyword of a name; where versions differ about it, that of the instance's version.
    fn known(&self, shape: &'static MappingShape, name: &str) -> Option<&'static Keyword> {
        let named = || shape.keys.iter().filter(|keyword| keyword.name == name);
        named().rfind(|keyword| self.too_new(keyword.since).is_none()).or_else(|| named().next())
    }

    fn keyword_entry(
        &mut self,
        shape: &'static MappingShape,
        keyword: &'static Keyword,
        entry: &Entry,
        named: Named<'_>,
    ) {
        let place = shape.place.rsplit(':').next().unwrap_or_default();
        if let Some((major, minor)) = self.too_new(keyword.since) {
            let message = format!("`{place}:{}` requires GitLab {major}.{minor}", keyword.name);
            return self.error(named, entry.key.origin, message);
        }
        if let Some((major, minor)) = self.removed(keyword) {
            let message = format!("`{place}:{}` was removed in GitLab {major}.{minor}", keyword.name);
            return self.error(named, entry.key.origin, message);
        }
        self.keyword(keyword, &entry.value, named.rule);
    }

    fn removed(&self, keyword: &Keyword) -> Option<(u32, u32)> {
        keyword.until.filter(|(major, minor)| self.gitlab.is_at_least(*major, *minor))
    }

    fn unknown(&mut self, shape: &'static MappingShape, entry: &Entry, named: Named<'_>) {
        let key = entry.key.text();
        let origin = entry.key.origin;
        let message = match shape.place {
            "trigger job" if JOB.keyword(key).is_some() => {
                let message = format!("{} cannot have `{key}`", named.label);
                return self.error_with_help(named, origin, message, Some("remove it"));
            }
            _ if shape.constraints.iter().any(|constraint| constraint.forbids(key)) => {
                let message = format!("{} cannot have `{key}`", named.label);
                return self.error_with_help(named, origin, message, Some("remove it"));
            }
            "job" | "trigger job" => format!("unknown job keyword `{key}`"),
            "" => format!("unknown keyword `{key}` in {}", named.label),
            place => format!("unknown keyword `{key}` in `{place}`"),
        };
        let known = shape.keys.iter().map(|keyword| keyword.name);
        let suggestion = Suggestion::among(key, known.clone());
        let help = match shape.keys.len() {
            0..=12 => format!("known keywords: {}", known.collect::<Vec<_>>().join(", ")),
            _ => "remove it".to_owned(),
        };
        self.unknown_word(named, origin, message, suggestion, help);
    }

    fn missing(
        &mut self,
        shape: &'static MappingShape,
        map: &Map,
        origin: Origin,
        named: Named<'_>,
        is_meant: &dyn Fn(&str) -> bool,
    ) {
        for keyword in shape.keys.iter().filter(|keyword| !is_meant(keyword.name)) {
            let is_missing = match keyword.null {
                Null::Required | Null::RequiredKey => !map.contains(keyword.name),
                Null::Unset | Null::Refused => false,
            };
            if is_missing {
                let rule = if keyword.rule.is_empty() { named.rule } else { keyword.rule };
                let message = format!("{} requires `{}`", named.label, keyword.name);
                let help = format!("add `{}: …`", keyword.name);
                self.error_with_help(Named { rule, ..named }, origin, message, Some(help));
            }
        }
    }

    pub(super) fn cases(&mut self, named: Named<'_>, cases: &'static [CaseShape], node: &Node) {
        let Some(map) = node.as_map() else { return };
        let fits = |case: &&CaseShape| {
            (case.with.is_empty() || map.contains(case.with))
                && !case.without.iter().any(|key| map.contains(key))
        };
        if let Some(case) = cases.iter().find(fits) {
            self.mapping(named, case.mapping, node);
        }
    }

    pub(super) fn names(&mut self, named: Named<'_>, shape: &'static NamesShape, node: &Node) {
        let Some(map) = node.as_map() else { return };
        if map.len() < shape.least {
            self.error(named, node.origin, format!("{} cannot be empty", named.label));
        }
        if let Some(excess) = map.entries.get(shape.most) {
            let message = format!("{} has {} entries; GitLab allows {}", named.label, map.len(), shape.most);
            self.error(named, excess.key.origin, message);
        }
        for entry in &map.entries {
            if let Some(kind) = not_a_name(&entry.key).filter(|_| has_names(shape)) {
                let text = entry.key.text();
                let message =
                    format!("a name in {} must be a string, but YAML reads `{text}` as {kind}", named.label);
                let help = format!("quote it: \"{text}\"");
                self.error_with_help(named, entry.key.origin, message, Some(help));
            }
            if entry.value.is_null() && shape.null == Null::Unset {
                continue;
            }
            let label = Label::Name(shape.noun, entry.key.text());
            self.value(Named { label, ..named }, shape.shapes, &entry.value);
        }
    }
}

/// Returns the type of a key that GitLab takes for no name.
fn not_a_name(key: &Key) -> Option<&'static str> {
    match key.scalar.meaning() {
        Meaning::Null => Some("null"),
        Meaning::Bool(_) => Some("a boolean"),
        Meaning::Float(_) => Some("a number"),
        Meaning::Int(_) | Meaning::Text(_) | Meaning::Date | Meaning::Symbol => None,
    }
}

/// Returns `true` where GitLab looks at the names.
fn has_names(shape: &NamesShape) -> bool {
    !matches!(shape.shapes, [Shape::Anything]) && !matches!(shape.noun, "ID token" | "secret")
}
