//! The object that templates call.

use super::answers::Answers;
use super::prints::PrintAnswers;
use super::question::{FileQuestion, Format, PrintOf, glob_from_root, is_relative, path_from_root};
use crate::template::marks::private_use::has_reserved;
use crate::template::values::charge::{Price, charge};
use crate::template::values::placeholders::Placeholders;
use minijinja::value::Object;
use minijinja::{Error, ErrorKind, State, Value};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Suggestion;
use std::sync::Arc;

/// The functions of `files`.
pub(in crate::template) const FUNCTIONS: [&str; 9] =
    ["exists", "nearest", "above", "glob", "read", "json", "yaml", "toml", "fingerprint"];

/// Fuel of a question, beside that of its answer: about what a search through some directories takes.
const FUEL_OF_QUESTION: u64 = 50;

/// Fuel of a glob, for which all directories are listed.
const FUEL_OF_GLOB: u64 = 20_000;

/// `files` as a template of a unit sees it.
#[derive(Debug)]
pub(crate) struct FilesObject {
    /// The directory that relative paths are from.
    pub(in crate::template) directory: RepoPath,
    /// The answers; none in a header, where nothing can be asked.
    pub(in crate::template) answers: Option<Answers>,
    /// The values behind captured text.
    pub(in crate::template) placeholders: Placeholders,
    /// The hashes of files.
    pub(in crate::template) prints: PrintAnswers,
}

impl Object for FilesObject {
    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        function: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        if function == "fingerprint" {
            state.consume_fuel(FUEL_OF_QUESTION)?;
            return self.prints.ask(PrintOf::Path(self.path(function, arguments)?)).map_err(refused);
        }
        let question = self.question(function, arguments)?;
        let is_glob = matches!(question, FileQuestion::Glob(_));
        state.consume_fuel(if is_glob { FUEL_OF_GLOB } else { FUEL_OF_QUESTION })?;
        let Some(answers) = &self.answers else {
            return Err(refused("`files` is available in jobs, but not in a header".to_owned()));
        };
        // The run is begun again where somebody answers.
        let answer = answers.ask(&question).unwrap_or_else(|| Err("the files are not available".to_owned()));
        let value = answer.map_err(|why| refused(self.with_near_path(why, &question, answers)))?;
        charge(&value, Price::REWRITTEN, state, &self.placeholders)?;
        Ok(value)
    }

    fn render(self: &Arc<Self>, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("files")
    }
}

impl FilesObject {
    fn question(&self, function: &str, arguments: &[Value]) -> Result<FileQuestion, Error> {
        let format = match function {
            "exists" => return Ok(FileQuestion::Exists(self.path(function, arguments)?)),
            "nearest" => {
                let names = self.names(function, arguments)?;
                return Ok(FileQuestion::Nearest { directory: self.directory.clone(), names });
            }
            "above" => {
                let names = self.names(function, arguments)?;
                return Ok(FileQuestion::Above { directory: self.directory.clone(), names });
            }
            "glob" => return self.glob(arguments),
            "read" => Format::Text,
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            "toml" => Format::Toml,
            _ => return Err(refused(unknown_function(function))),
        };
        Ok(FileQuestion::Content(self.path(function, arguments)?, format))
    }

    fn path(&self, function: &str, arguments: &[Value]) -> Result<RepoPath, Error> {
        let [path] = arguments else {
            return Err(refused(format!("`files.{function}` requires a single path")));
        };
        let text = self.text(function, path)?;
        path_from_root(&self.directory, &text).map_err(refused)
    }

    /// Returns names of files that are looked for in each directory.
    fn names(&self, function: &str, arguments: &[Value]) -> Result<Vec<String>, Error> {
        if arguments.is_empty() {
            return Err(refused(format!("`files.{function}` requires file names")));
        }
        let names: Result<Vec<String>, Error> =
            arguments.iter().map(|name| self.text(function, name)).collect();
        let names = names?;
        match names.iter().find(|name| is_relative(name) || name.starts_with('/')) {
            Some(name) => Err(refused(format!(
                "`files.{function}` searches each directory for a name, but `{name}` is a path"
            ))),
            None => Ok(names),
        }
    }

    fn glob(&self, arguments: &[Value]) -> Result<FileQuestion, Error> {
        let [pattern] = arguments else {
            return Err(refused("`files.glob` requires a single glob".to_owned()));
        };
        let text = self.text("glob", pattern)?;
        glob_from_root(&self.directory, &text).map(FileQuestion::Glob).map_err(refused)
    }

    /// Returns the text of an argument.
    fn text(&self, function: &str, argument: &Value) -> Result<String, Error> {
        match argument.as_str() {
            Some(text) if has_reserved(text) => Ok(self.placeholders.resolved(text)),
            Some(text) => Ok(text.to_owned()),
            None => Err(refused(format!("`files.{function}` requires strings, found a {}", argument.kind()))),
        }
    }

    /// Adds the path that was probably meant to the error of a file that does not exist.
    fn with_near_path(&self, why: String, question: &FileQuestion, answers: &Answers) -> String {
        let FileQuestion::Content(path, _) = question else { return why };
        let Some(text) = path.as_str().filter(|_| why.ends_with("does not exist")) else { return why };
        let Ok(local) = self.directory.join(text) else { return why };
        if local == *path || answers.ask(&FileQuestion::Exists(local)) != Some(Ok(Value::from(true))) {
            return why;
        }
        format!("{why}; relative to the unit's directory it is `./{text}`")
    }
}

fn unknown_function(function: &str) -> String {
    match Suggestion::among(function, FUNCTIONS).word() {
        Some(near) => format!("`files` has no `{function}`; did you mean `{near}`?"),
        None => format!("`files` has no `{function}`; it has {}", FUNCTIONS.join(", ")),
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
