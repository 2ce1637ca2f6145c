//! The loop: messages in, findings and corrections out.

use crate::convert::{Shown, by_file};
use crate::documents::{Document, Documents};
use crate::findings::{FindAssemblies, find};
use crate::position::Encoding;
use crate::uri::{path_of, uri_of};
use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, RequestId, Response};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Diagnostic,
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams,
    PublishDiagnosticsParams, WorkspaceEdit,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// The client broke the protocol, or went away.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A message that was not expected.
    #[error("the editor broke the protocol: {0}")]
    Protocol(#[source] ProtocolError),
    /// The editor ended without saying so.
    #[error("the editor has closed the connection")]
    Closed,
}

impl From<ProtocolError> for ServeError {
    fn from(error: ProtocolError) -> Self {
        if error.channel_is_disconnected() { Self::Closed } else { Self::Protocol(error) }
    }
}

/// Serves one client until it says that it has finished.
///
/// # Errors
/// The client broke the protocol, or went away.
pub fn serve(connection: &Connection, assemblies: &FindAssemblies<'_>) -> Result<(), ServeError> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
    let offered = params.capabilities.general.and_then(|general| general.position_encodings);
    let encoding = Encoding::of(offered.as_deref());
    connection.initialize_finish(id, initialize_result(encoding))?;
    let mut server = Server {
        connection,
        assemblies,
        encoding,
        documents: Documents::default(),
        shown: BTreeMap::new(),
        published: BTreeSet::new(),
        failures: Vec::new(),
        is_shut_down: false,
    };
    server.run()
}

/// Serves the editor that started this program, over standard input and output.
///
/// # Errors
/// As [`serve`].
pub fn serve_stdio(assemblies: &FindAssemblies<'_>) -> Result<(), ServeError> {
    let (connection, threads) = Connection::stdio();
    let served = serve(&connection, assemblies);
    // The last answer is written when nothing can follow it.
    drop(connection);
    if served.is_ok() && threads.join().is_err() {
        return Err(ServeError::Closed);
    }
    served
}

fn initialize_result(encoding: Encoding) -> Value {
    json!({
        "capabilities": {
            "positionEncoding": encoding.kind(),
            // The whole text with each change; saved files are read again, since others may have changed with them.
            "textDocumentSync": { "openClose": true, "change": 1, "save": {} },
            "codeActionProvider": { "codeActionKinds": [CodeActionKind::QUICKFIX] },
        },
        "serverInfo": { "name": "nestling", "version": env!("CARGO_PKG_VERSION") },
    })
}

struct Server<'a> {
    connection: &'a Connection,
    assemblies: &'a FindAssemblies<'a>,
    encoding: Encoding,
    documents: Documents,
    /// The findings of the last check.
    shown: BTreeMap<PathBuf, Vec<Shown>>,
    /// The files that the editor shows findings of.
    published: BTreeSet<PathBuf>,
    /// The obstacle that kept something from being checked the last time; reported once.
    failures: Vec<String>,
    /// Set when the client has said that it will ask for nothing more.
    is_shut_down: bool,
}

impl Server<'_> {
    fn run(&mut self) -> Result<(), ServeError> {
        loop {
            // All that has arrived is looked at before anything is checked: only the last state of a file counts.
            let Ok(first) = self.connection.receiver.recv() else { return self.ended() };
            let messages: Vec<Message> =
                std::iter::once(first).chain(self.connection.receiver.try_iter()).collect();
            let cancelled: BTreeSet<RequestId> = messages.iter().filter_map(cancelled).collect();
            let mut is_changed = false;
            for message in messages {
                match message {
                    Message::Request(request) => {
                        // An answer belongs to the text that the client has sent before it asked.
                        if std::mem::take(&mut is_changed) {
                            self.check();
                        }
                        self.answer(&request, &cancelled)?;
                    }
                    Message::Notification(notification) if notification.method == "exit" => {
                        return self.ended();
                    }
                    Message::Notification(notification) => is_changed |= self.take(notification),
                    Message::Response(_) => {}
                }
            }
            if is_changed {
                self.check();
            }
        }
    }

    /// The end of the connection, which is as it should be if the client has announced it.
    fn ended(&self) -> Result<(), ServeError> {
        if self.is_shut_down { Ok(()) } else { Err(ServeError::Closed) }
    }

    /// Takes what happened to a file, and returns whether something has to be checked again.
    fn take(&mut self, notification: Notification) -> bool {
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                let Some(params) = read::<DidOpenTextDocumentParams>(notification.params) else {
                    return false;
                };
                let opened = params.text_document;
                let Some(path) = path_of(&opened.uri) else { return false };
                let (language, version, text) = (opened.language_id, opened.version, opened.text);
                self.documents.open.insert(path, Document { uri: opened.uri, language, version, text });
                true
            }
            "textDocument/didChange" => {
                let Some(params) = read::<DidChangeTextDocumentParams>(notification.params) else {
                    return false;
                };
                let document =
                    path_of(&params.text_document.uri).and_then(|path| self.documents.open.get_mut(&path));
                let (Some(document), Some(change)) =
                    (document, params.content_changes.into_iter().next_back())
                else {
                    return false;
                };
                document.version = params.text_document.version;
                document.text = change.text;
                true
            }
            "textDocument/didClose" => {
                let Some(params) = read::<DidCloseTextDocumentParams>(notification.params) else {
                    return false;
                };
                path_of(&params.text_document.uri)
                    .and_then(|path| self.documents.open.remove(&path))
                    .is_some()
            }
            "textDocument/didSave" => true,
            _ => false,
        }
    }

    /// Checks everything again, and tells the editor what is new.
    fn check(&mut self) {
        let (documents, assemblies, encoding) = (&self.documents, self.assemblies, self.encoding);
        let checked = catch_unwind(AssertUnwindSafe(|| {
            let findings = find(documents, assemblies);
            (by_file(&findings, documents, encoding), findings.failures)
        }));
        let Ok((shown, failures)) = checked else {
            // What was found before stays: the next change may be read again.
            let message = "nestling could not check this state of the files; this is a mistake in nestling";
            return self.log(vec![message.to_owned()]);
        };
        self.shown = shown;
        self.log(failures);
        let now: BTreeSet<PathBuf> = self.shown.keys().chain(self.documents.open.keys()).cloned().collect();
        for path in self.published.union(&now) {
            let document = self.documents.open.get(path);
            let uri = document.map(|document| document.uri.clone()).or_else(|| uri_of(path));
            let Some(uri) = uri else { continue };
            let shown = self.shown.get(path).map(Vec::as_slice).unwrap_or_default();
            let diagnostics: Vec<Diagnostic> = shown.iter().map(|shown| shown.diagnostic.clone()).collect();
            let version = document.map(|document| document.version);
            self.send(
                "textDocument/publishDiagnostics",
                &PublishDiagnosticsParams { uri, diagnostics, version },
            );
        }
        self.published = self.shown.keys().cloned().collect();
    }

    /// Tells the editor's log what could not be checked, when it changes.
    fn log(&mut self, failures: Vec<String>) {
        for failure in failures.iter().filter(|failure| !self.failures.contains(failure)) {
            self.send("window/logMessage", &json!({ "type": 1, "message": failure }));
        }
        self.failures = failures;
    }

    fn send(&self, method: &str, params: &impl serde::Serialize) {
        // An editor that has gone away is noticed when the next message is read.
        let _ = self.connection.sender.send(Notification::new(method.to_owned(), params).into());
    }

    fn answer(&mut self, request: &Request, cancelled: &BTreeSet<RequestId>) -> Result<(), ServeError> {
        let refusal = |code: ErrorCode, message: &str| {
            Response::new_err(request.id.clone(), code as i32, message.to_owned())
        };
        let response = match request.method.as_str() {
            _ if self.is_shut_down => refusal(ErrorCode::InvalidRequest, "the server was shut down"),
            "shutdown" => {
                self.is_shut_down = true;
                Response::new_ok(request.id.clone(), Value::Null)
            }
            _ if cancelled.contains(&request.id) => refusal(ErrorCode::RequestCanceled, "cancelled"),
            "textDocument/codeAction" => match read::<CodeActionParams>(request.params.clone()) {
                Some(params) => Response::new_ok(request.id.clone(), self.actions(&params)),
                None => refusal(ErrorCode::InvalidParams, "the parameters of a code action were expected"),
            },
            method => refusal(ErrorCode::MethodNotFound, &format!("`{method}` is not known")),
        };
        self.connection.sender.send(response.into()).map_err(|_| ServeError::Closed)
    }

    /// Returns the corrections of the findings in a range.
    fn actions(&self, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
        let uri = &params.text_document.uri;
        let shown =
            path_of(uri).and_then(|path| self.shown.get(&path)).map(Vec::as_slice).unwrap_or_default();
        let wanted = params.range;
        let touches = |shown: &&Shown| {
            let range = shown.diagnostic.range;
            range.start <= wanted.end && wanted.start <= range.end
        };
        let fixes = shown.iter().filter(touches).filter_map(|shown| Some((shown, shown.fix.as_ref()?)));
        let actions = fixes.map(|(shown, fix)| {
            #[expect(clippy::mutable_key_type, reason = "the protocol's type; no URI is changed")]
            let changes = HashMap::from([(uri.clone(), vec![fix.edit.clone()])]);
            CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![shown.diagnostic.clone()]),
                edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
                is_preferred: Some(true),
                ..CodeAction::default()
            }
        });
        actions.map(CodeActionOrCommand::CodeAction).collect()
    }
}

/// Reads the parameters of a message; `None` if they are not as the protocol has them.
fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

/// Returns the request that a message takes back.
fn cancelled(message: &Message) -> Option<RequestId> {
    let Message::Notification(notification) = message else { return None };
    if notification.method != "$/cancelRequest" {
        return None;
    }
    serde_json::from_value(notification.params.get("id")?.clone()).ok()
}
