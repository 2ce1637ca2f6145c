//! Names that mean the same.

use super::{Index, Occurrence};
use crate::library;
use crate::names::{Name, NameKind};
use std::collections::BTreeSet;

impl Index {
    /// Returns all names that mean the same as this one, in the order of files.
    pub(crate) fn same(&self, occurrence: Occurrence) -> Vec<Occurrence> {
        let name = self.name(occurrence);
        match &name.kind {
            NameKind::Job => self.same_job(occurrence),
            NameKind::Input(owner) => {
                let owners = self.owners_of_input(owner, &name.text);
                self.all(|_, other| {
                    matches!(&other.kind, NameKind::Input(owner) if owners.contains(owner.as_str()))
                        && other.text == name.text
                })
            }
            kind => self.all(|_, other| other.kind == *kind && other.text == name.text),
        }
    }

    fn same_job(&self, occurrence: Occurrence) -> Vec<Occurrence> {
        let name = self.name(occurrence);
        let scopes = self.scopes_of_job(occurrence);
        let near = self.files_of(&scopes);
        let is_same = |other: &Name| other.kind == NameKind::Job && other.text == name.text;
        let definitions =
            self.all(|file, other| is_same(other) && other.is_definition && near.contains(&file));
        let defining: BTreeSet<usize> = definitions.into_iter().map(|(file, _)| file).collect();
        self.all(|file, other| {
            if is_same(other) && !other.templates.is_empty() {
                return self.files_of_templates(&other.templates).iter().any(|file| defining.contains(file));
            }
            is_same(other)
                && match (&other.unit, other.is_of_dependencies) {
                    (Some(unit), _) => {
                        scopes.iter().any(|scope| self.scopes[*scope].unit.as_ref() == Some(unit))
                    }
                    (None, false) => near.contains(&file),
                    (None, true) => scopes.iter().any(|scope| self.is_dependency_of(*scope, file)),
                }
        })
    }

    /// Returns the scopes in which a job's name means the same: those of all files that define it.
    fn scopes_of_job(&self, occurrence: Occurrence) -> BTreeSet<usize> {
        let name = self.name(occurrence);
        let mut scopes = self.first_scopes(occurrence);
        loop {
            let near = self.files_of(&scopes);
            let is_definition = |file: usize, other: &Name| {
                let is_same = other.kind == NameKind::Job && other.text == name.text;
                is_same && other.is_definition && near.contains(&file)
            };
            let definitions = self.all(is_definition);
            let count = scopes.len();
            for (file, _) in &definitions {
                scopes.extend(self.scopes_of(*file));
            }
            if scopes.len() == count {
                return scopes;
            }
        }
    }

    /// Returns the files in which a job's name means the same, and the units that these files make.
    pub(crate) fn surroundings_of_job(&self, occurrence: Occurrence) -> (BTreeSet<usize>, Vec<&str>) {
        let scopes = self.scopes_of_job(occurrence);
        let units = scopes.iter().filter_map(|scope| self.scopes[*scope].unit.as_deref()).collect();
        (self.files_of(&scopes), units)
    }

    /// Returns the templates in which an input of this name is the same one: a template that reads another passes its inputs on.
    pub(crate) fn owners_of_input<'a>(&'a self, owner: &'a str, input: &str) -> BTreeSet<&'a str> {
        let names = self.files.iter().flat_map(|file| &file.names);
        let with_input: BTreeSet<&str> = names
            .filter_map(|name| match &name.kind {
                NameKind::Input(owner) if name.text == input => Some(owner.as_str()),
                _ => None,
            })
            .collect();
        let mut owners = BTreeSet::from([owner]);
        loop {
            let reads = |one: &str, other: &str| self.facts.closure(one).contains(&other);
            let is_joined = |other: &&str| {
                !owners.contains(other)
                    && owners.iter().any(|owner| reads(owner, other) || reads(other, owner))
            };
            let joined: Vec<&str> = with_input.iter().copied().filter(is_joined).collect();
            if joined.is_empty() {
                return owners;
            }
            owners.extend(joined);
        }
    }

    pub(super) fn files_of(&self, scopes: &BTreeSet<usize>) -> BTreeSet<usize> {
        scopes.iter().flat_map(|scope| &self.scopes[*scope].files).copied().collect()
    }

    /// Returns the scopes that a job's name is looked up in.
    fn first_scopes(&self, occurrence: Occurrence) -> BTreeSet<usize> {
        let name = self.name(occurrence);
        if !name.templates.is_empty() {
            let defines = |file: &usize| {
                let names = self.files[*file].names.iter();
                names.clone().any(|other| {
                    other.kind == NameKind::Job && other.is_definition && other.text == name.text
                })
            };
            let files: Vec<usize> =
                self.files_of_templates(&name.templates).into_iter().filter(defines).collect();
            return self.scopes_where(|scope| files.iter().any(|file| scope.files.contains(file)));
        }
        if let Some(unit) = &name.unit {
            return self.scopes_where(|scope| scope.unit.as_ref() == Some(unit));
        }
        let own = self.scopes_of(occurrence.0);
        if !name.is_of_dependencies {
            return own;
        }
        let units = own.iter().filter_map(|scope| self.scopes[*scope].unit.as_deref());
        let dependencies = self.dependencies(units.collect());
        self.scopes_where(|scope| {
            scope.unit.as_ref().is_some_and(|unit| dependencies.contains(unit.as_str()))
        })
    }

    /// Returns all units that these depend on, directly and through others.
    fn dependencies<'a>(&'a self, units: Vec<&'a str>) -> BTreeSet<&'a str> {
        let mut dependencies = BTreeSet::new();
        let mut pending = units;
        while let Some(unit) = pending.pop() {
            let of_unit = self.facts.unit(unit).map(|unit| unit.dependencies.as_slice()).unwrap_or_default();
            pending.extend(of_unit.iter().map(String::as_str).filter(|name| dependencies.insert(*name)));
        }
        dependencies
    }

    /// Returns `true` if a file belongs to a unit that depends on the unit of a scope, directly or through others.
    fn is_dependency_of(&self, scope: usize, file: usize) -> bool {
        let Some(unit) = &self.scopes[scope].unit else { return false };
        let scopes = self.scopes_of(file).into_iter();
        let units = scopes.filter_map(|scope| self.scopes[scope].unit.as_deref());
        self.dependencies(units.collect()).contains(unit.as_str())
    }

    /// Returns the files of templates and of all that these read.
    pub(crate) fn files_of_templates(&self, templates: &[String]) -> BTreeSet<usize> {
        let names = templates.iter().flat_map(|template| self.facts.closure(template));
        let path = |name: &str| match self.facts.template(name)?.path.as_ref() {
            Some(path) => Some(self.absolute(path)),
            None => library::path(name),
        };
        names.filter_map(|name| self.file(&path(name)?)).collect()
    }
}
