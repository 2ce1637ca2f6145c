//! Hashes of files, found when a template asks for them.

use super::answers::Answers;
use super::question::{FileQuestion, PrintOf};
use minijinja::{Error, ErrorKind, Value};

/// Stands for every fingerprint where two states of a unit are compared: its content is compared otherwise.
const STUB: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Source of the fingerprints that a template asks for.
#[derive(Debug, Clone)]
pub(in crate::template) enum PrintAnswers {
    /// The commit that is planned.
    Commit(Answers),
    /// Nobody: in a header.
    Header,
    /// All units have the same one.
    Stub,
}

impl PrintAnswers {
    /// Returns the hash of these files. A value that is invalid fails the expression that uses it.
    pub(in crate::template) fn of(&self, files: PrintOf) -> Value {
        self.ask(files).unwrap_or_else(refused_print)
    }

    /// Returns the hash of these files, or why there is none.
    pub(super) fn ask(&self, files: PrintOf) -> Result<Value, String> {
        match self {
            Self::Stub => Ok(Value::from(STUB)),
            Self::Header => Err("fingerprints are available in jobs, but not in a header".to_owned()),
            // The run is begun again where somebody answers.
            Self::Commit(answers) => answers
                .ask(&FileQuestion::Fingerprint(files))
                .unwrap_or_else(|| Err("the commit is not available".to_owned())),
        }
    }
}

/// Returns a value that fails the expression that uses it.
pub(in crate::template) fn refused_print(why: String) -> Value {
    Value::from(Error::new(ErrorKind::InvalidOperation, why))
}
