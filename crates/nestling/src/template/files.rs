//! `files`: what a template can ask of the repository's files, such as `files.exists("./Dockerfile")`.
//!
//! The engine's values live as long as they like, and the files of a repository are borrowed. So the object that a template
//! calls holds none of them: it looks its question up among the [`Answers`], and one that nobody has asked yet is handed to
//! the thread that has the files, while the engine waits in another.

mod question;
mod answers;
mod prints;
mod object;
mod repository;
mod serve;

pub(super) use answers::{Answers, Weighed};
pub(super) use object::{FUNCTIONS, FilesObject};
pub(super) use prints::{PrintAnswers, compared_path, refused_print};
pub(super) use question::FileQuestion;
pub(crate) use question::{PrintOf, glob_from_root, path_from_root};
pub(super) use repository::answer;
pub(super) use serve::serving;
