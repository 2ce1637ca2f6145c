//! One file a command: its arguments, whose comments are its help, and one function.

pub(crate) mod affected;
pub(crate) mod cdk;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod generate;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod lsp;
pub(crate) mod man;
pub(crate) mod note;
pub(crate) mod observe;
pub(crate) mod passed;
pub(crate) mod preview;
pub(crate) mod replay;
pub(crate) mod schema;
pub(crate) mod test;
pub(crate) mod vendor;
