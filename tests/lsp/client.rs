//! An editor as the server sees it: messages over standard input and output, and the findings that it would show.

use crate::support::nestling;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// A running server with what it has said.
pub(super) struct Client {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: i64,
    version: i64,
    /// The abilities of the server.
    pub capabilities: Value,
    /// The findings of each file that has some, by its address.
    pub shown: BTreeMap<String, Vec<Value>>,
    /// Messages for the editor's log.
    pub log: Vec<String>,
    /// Requests of the server.
    pub requests: Vec<Value>,
}

/// The address of a file.
pub(super) fn uri(path: &Path) -> String {
    format!("file://{}", path.display()).replace(' ', "%20")
}

impl Client {
    /// Starts a server for an editor that can read positions in these encodings.
    pub(super) fn start(directory: &Path, encodings: &[&str]) -> Self {
        let general = json!({ "positionEncodings": encodings });
        Self::start_with(directory, &json!({ "capabilities": { "general": general } }))
    }

    /// Starts a server with the parameters of `initialize`.
    pub(super) fn start_with(directory: &Path, params: &Value) -> Self {
        let mut command = nestling(directory);
        command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let input = server.stdin.take().unwrap();
        let output = BufReader::new(server.stdout.take().unwrap());
        let mut client = Self {
            server,
            input,
            output,
            last_id: 0,
            version: 0,
            capabilities: Value::Null,
            shown: BTreeMap::new(),
            log: Vec::new(),
            requests: Vec::new(),
        };
        client.capabilities = client.ask("initialize", params)["result"]["capabilities"].clone();
        client.tell("initialized", &json!({}));
        client
    }

    /// Sends any message.
    pub(super) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    /// Sends a notification.
    pub(super) fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and reads up to its answer.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.answer(id)
    }

    /// Reads up to the answer to a request.
    pub(super) fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.read();
            if message["id"] == id && message["method"].is_null() {
                return message;
            }
            if !message["id"].is_null() {
                self.requests.push(message);
                continue;
            }
            let params = &message["params"];
            if message["method"] == "textDocument/publishDiagnostics" {
                let file = params["uri"].as_str().unwrap().to_owned();
                let findings = params["diagnostics"].as_array().unwrap().clone();
                if findings.is_empty() {
                    self.shown.remove(&file);
                } else {
                    self.shown.insert(file, findings);
                }
            } else {
                self.log.push(params["message"].as_str().unwrap_or_default().to_owned());
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
            match line.trim().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Opens a file with a string.
    pub(super) fn open(&mut self, path: &Path, text: &str) {
        let document = json!({ "uri": uri(path), "languageId": "yaml", "version": 0, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    /// Changes the text of an open file.
    pub(super) fn change(&mut self, path: &Path, text: &str) {
        self.version += 1;
        let document = json!({ "uri": uri(path), "version": self.version });
        let changes = json!([{ "text": text }]);
        self.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Closes a file.
    pub(super) fn close(&mut self, path: &Path) {
        self.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri(path) } }));
    }

    /// Asks for the corrections in all of a file, and so waits for its findings.
    pub(super) fn actions(&mut self, path: &Path) -> Vec<Value> {
        let range =
            json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9999, "character": 0 } });
        let document = json!({ "uri": uri(path) });
        let params = json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
        self.ask("textDocument/codeAction", &params)["result"].as_array().unwrap().clone()
    }

    /// The findings of a file as `rule line:column-column message`, in the order of their places. Lines and columns count from 0.
    pub(super) fn findings(&mut self, path: &Path) -> Vec<String> {
        self.actions(path);
        self.shown.get(&uri(path)).into_iter().flatten().map(in_words).collect()
    }

    /// Ends the server as an editor does.
    pub(super) fn end(mut self) {
        assert_eq!(self.ask("shutdown", &Value::Null)["result"], Value::Null);
        self.tell("exit", &Value::Null);
        assert!(self.server.wait().unwrap().success());
    }
}

/// A finding in a line.
pub(super) fn in_words(finding: &Value) -> String {
    let range = &finding["range"];
    let message = finding["message"].as_str().unwrap().lines().next().unwrap();
    format!(
        "{} {}:{}-{} {message}",
        finding["code"].as_str().unwrap(),
        range["start"]["line"],
        range["start"]["character"],
        range["end"]["character"],
    )
}
