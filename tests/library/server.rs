//! Servers that answer as GitLab does, as long as a test lasts.

use crate::support::root;
use crate::support::tool::{Tool, need};
use std::io::BufRead as _;
use std::path::Path;
use std::process::{Child, Stdio};

/// A server with a directory for what it keeps.
pub(super) struct Server {
    process: Child,
    folder: tempfile::TempDir,
    port: String,
}

impl Server {
    /// Starts one of the servers among the fakes.
    pub(super) fn start(name: &str, test: &str) -> Option<Self> {
        let mut python = need(Tool::Python, test)?;
        let folder = tempfile::tempdir().unwrap();
        python.arg(root().join("tests/library/fakes").join(name)).arg(folder.path());
        let mut process = python.stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        std::io::BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Some(Self { process, folder, port: port.trim().to_owned() })
    }

    /// The directory for what it keeps.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of the server.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The URL of GitLab's API.
    pub(super) fn api(&self) -> String {
        format!("http://127.0.0.1:{}/api/v4", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
