//! Every place where a job's body names another job.

use super::need::parallel_base;
use super::value::one_or_many_mut;
use crate::diagnostic::Origin;
use crate::yaml::{Kind, Map, Node, Scalar};

/// A keyword that names a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In `needs`.
    Need,
    /// In `needs`, with `optional: true`.
    OptionalNeed,
    /// In `dependencies`.
    Dependency,
    /// In `environment:on_stop`.
    OnStop,
    /// In `trigger:include`, as the job that made the file.
    TriggerInclude,
    /// In `extends`.
    Extends,
    /// As the first key of a `!reference`.
    Reference,
}

/// A name that nobody knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The name as written.
    pub name: String,
    /// The place.
    pub origin: Origin,
    /// In which keyword.
    pub place: Place,
}

/// Gives new names to the jobs that a body names, in `needs` (all forms within one pipeline, those of `rules` too),
/// `dependencies`, `environment:on_stop`, `trigger:include:job`, and in what is left of `extends` and `!reference`.
///
/// `rename` answers with the new name, or `None` where it knows no job of that name. In `needs` and `dependencies` a
/// name is looked up as it is first, then without its parallel form: `build 1/3` and `build: [a, b]` are jobs of
/// `build`. What stays unknown is left as it is and reported; under `extends` and `!reference` the caller decides
/// whether an include may define it.
pub fn rename_jobs(body: &mut Map, rename: &mut dyn FnMut(&str, Origin) -> Option<String>) -> Vec<Unknown> {
    let mut scope = Scope { rename, unknown: vec![] };
    for entry in &mut body.entries {
        let value = &mut entry.value;
        match entry.key.text() {
            "needs" => scope.needs(value),
            "rules" => {
                let rules = one_or_many_mut(value).iter_mut().filter_map(Node::as_map_mut);
                rules.filter_map(|rule| rule.get_mut("needs")).for_each(|needs| scope.needs(needs));
            }
            "dependencies" => {
                one_or_many_mut(value).iter_mut().for_each(|job| scope.parallel(job, Place::Dependency));
            }
            "extends" => one_or_many_mut(value).iter_mut().for_each(|base| scope.exact(base, Place::Extends)),
            "environment" => scope.key(value, "on_stop", Place::OnStop),
            "trigger" => scope.trigger(value),
            _ => {}
        }
        scope.references(value);
    }
    scope.unknown
}

struct Scope<'a> {
    rename: &'a mut dyn FnMut(&str, Origin) -> Option<String>,
    unknown: Vec<Unknown>,
}

impl Scope<'_> {
    fn needs(&mut self, needs: &mut Node) {
        one_or_many_mut(needs).iter_mut().for_each(|need| self.need(need));
    }

    fn need(&mut self, need: &mut Node) {
        let optional = need.get("optional").and_then(Node::as_bool) == Some(true);
        let place = if optional { Place::OptionalNeed } else { Place::Need };
        let Some(map) = need.as_map_mut() else { return self.parallel(need, place) };
        if map.contains("pipeline") || map.contains("project") {
            return;
        }
        if let Some(job) = map.get_mut("job") {
            self.parallel(job, place);
        }
    }

    fn trigger(&mut self, trigger: &mut Node) {
        let Some(include) = trigger.as_map_mut().and_then(|map| map.get_mut("include")) else { return };
        for entry in one_or_many_mut(include) {
            self.key(entry, "job", Place::TriggerInclude);
        }
    }

    fn key(&mut self, node: &mut Node, key: &str, place: Place) {
        if let Some(job) = node.as_map_mut().and_then(|map| map.get_mut(key)) {
            self.exact(job, place);
        }
    }

    fn references(&mut self, node: &mut Node) {
        let reference = node.is_reference();
        match &mut node.kind {
            Kind::Seq(items) if reference => {
                if let Some(job) = items.first_mut() {
                    self.exact(job, Place::Reference);
                }
            }
            Kind::Seq(items) => items.iter_mut().for_each(|item| self.references(item)),
            Kind::Map(map) => map.entries.iter_mut().for_each(|entry| self.references(&mut entry.value)),
            Kind::Scalar(_) => {}
        }
    }

    fn exact(&mut self, node: &mut Node, place: Place) {
        let origin = node.origin;
        let Some(scalar) = name(node) else { return };
        match (self.rename)(&scalar.text, origin) {
            Some(name) => rewrite(scalar, name),
            None => self.unknown.push(Unknown { name: scalar.text.to_string(), origin, place }),
        }
    }

    fn parallel(&mut self, node: &mut Node, place: Place) {
        let origin = node.origin;
        let Some(scalar) = name(node) else { return };
        let new = (self.rename)(&scalar.text, origin).or_else(|| {
            let (base, form) = parallel_base(&scalar.text)?;
            Some((self.rename)(base, origin)? + form)
        });
        match new {
            Some(name) => rewrite(scalar, name),
            None => self.unknown.push(Unknown { name: scalar.text.to_string(), origin, place }),
        }
    }
}

/// The scalar that names a job; `null` names none.
fn name(node: &mut Node) -> Option<&mut Scalar> {
    if node.is_null() {
        return None;
    }
    if let Kind::Scalar(scalar) = &mut node.kind { Some(scalar) } else { None }
}

fn rewrite(scalar: &mut Scalar, name: String) {
    if *scalar.text != *name {
        *scalar = Scalar { text: name.into(), style: crate::yaml::Style::Quoted };
    }
}

#[cfg(test)]
mod tests;
