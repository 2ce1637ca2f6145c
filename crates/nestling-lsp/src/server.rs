//! The loop: messages in, findings and corrections out.

use crate::answers::{Answer, answer, capabilities};
use crate::convert::{Shown, by_file, outside_of_git};
use crate::documents::{Document, Documents, with_line_feeds};
use crate::findings::{FindAssemblies, Findings, Memos, find};
use crate::library;
use crate::model::{Cache, Model};
use crate::position::Encoding;
use crate::preview::Page;
use crate::uri::{escaped, path_of, uri_of};
use crate::watch;
use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, RequestId, Response};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    InitializeParams, PublishDiagnosticsParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// Id of the server's only request.
const SHOW: &str = "nestling-show";

/// The client broke the protocol, or went away.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A message that was not expected.
    #[error("the editor broke the protocol: {0}")]
    Protocol(#[source] ProtocolError),
    /// The editor sent `exit` before `shutdown`.
    #[error("the editor sent `exit` without `shutdown` before it")]
    NotShutDown,
    /// The editor ended without saying so.
    #[error("the editor closed the connection without `shutdown` and `exit`")]
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
    let window = params.capabilities.window.as_ref();
    let shows_documents =
        window.and_then(|window| window.show_document.as_ref()).is_some_and(|shows| shows.support);
    let general = params.capabilities.general.as_ref();
    let encoding = Encoding::of(general.and_then(|general| general.position_encodings.as_deref()));
    connection.initialize_finish(id, initialize_result(encoding))?;
    let mut server = Server {
        connection,
        assemblies,
        encoding,
        shows_documents,
        documents: Documents { folders: watch::folders(&params), ..Documents::default() },
        findings: Findings::default(),
        memos: Memos::default(),
        cache: RefCell::default(),
        shown: BTreeMap::new(),
        published: BTreeSet::new(),
        failures: Vec::new(),
        is_shut_down: false,
    };
    if let Some(request) = watch::registration(&params) {
        connection.sender.send(request.into()).map_err(|_| ServeError::Closed)?;
    }
    if !server.documents.folders.is_empty() {
        server.check();
    }
    server.run()
}

/// Serves the editor that started this program, over standard input and output.
///
/// # Errors
/// As [`serve`].
pub fn serve_stdio(assemblies: &FindAssemblies<'_>) -> Result<(), ServeError> {
    let (connection, threads) = Connection::stdio();
    let served = serve(&connection, assemblies);
    library::remove();
    // The last answer is written when nothing can follow it.
    drop(connection);
    if served.is_ok() && threads.join().is_err() {
        return Err(ServeError::Closed);
    }
    served
}

fn initialize_result(encoding: Encoding) -> Value {
    let mut capabilities = capabilities();
    capabilities["positionEncoding"] = json!(encoding.kind());
    // The whole text with each change; saved files are read again, since others may have changed with them.
    let folders = json!({ "supported": true, "changeNotifications": true });
    capabilities["workspace"] = json!({ "workspaceFolders": folders });
    capabilities["textDocumentSync"] = json!({ "openClose": true, "change": 1, "save": {} });
    json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "nestling", "version": env!("CARGO_PKG_VERSION") },
    })
}

struct Server<'a> {
    connection: &'a Connection,
    assemblies: &'a FindAssemblies<'a>,
    encoding: Encoding,
    /// Set if the client opens pages that the server asks it to show.
    shows_documents: bool,
    documents: Documents,
    /// The last check.
    findings: Findings,
    /// Results that the next check can use.
    memos: Memos,
    /// Everything that was computed since.
    cache: RefCell<Cache>,
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
                        return if self.is_shut_down { Ok(()) } else { Err(ServeError::NotShutDown) };
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
                let (language, version) = (opened.language_id, opened.version);
                let text = with_line_feeds(opened.text);
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
                document.text = with_line_feeds(change.text);
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
            "workspace/didChangeWorkspaceFolders" => match read(notification.params) {
                Some(params) => {
                    watch::change(&mut self.documents.folders, &params);
                    true
                }
                None => false,
            },
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => true,
            _ => false,
        }
    }

    /// Checks everything again, and sends the editor what is new.
    fn check(&mut self) {
        let (documents, assemblies, encoding) = (&self.documents, self.assemblies, self.encoding);
        let memos = &mut self.memos;
        let checked = catch_unwind(AssertUnwindSafe(|| {
            let findings = find(documents, assemblies, memos);
            (by_file(&findings, documents, encoding), findings)
        }));
        self.cache = RefCell::default();
        let Ok((shown, findings)) = checked else {
            // What was found before stays: the next change may be read again.
            self.memos = Memos::default();
            let message = "nestling could not check this state of the files; this is a mistake in nestling";
            return self.log(vec![message.to_owned()]);
        };
        self.shown = shown;
        self.findings = findings;
        self.log(self.findings.failures.clone());
        let now: BTreeSet<PathBuf> = self.shown.keys().chain(self.documents.open.keys()).cloned().collect();
        for path in self.published.union(&now) {
            let document = self.documents.open.get(path);
            let uri = document.map(|document| document.uri.clone()).or_else(|| uri_of(path));
            let Some(uri) = uri else { continue };
            let shown = self.shown.get(path).map(Vec::as_slice).unwrap_or_default();
            let mut diagnostics: Vec<Diagnostic> =
                shown.iter().map(|shown| shown.diagnostic.clone()).collect();
            if self.findings.outside.contains(path) {
                diagnostics.push(outside_of_git());
            }
            let version = document.map(|document| document.version);
            self.send(
                "textDocument/publishDiagnostics",
                &PublishDiagnosticsParams { uri, diagnostics, version },
            );
        }
        self.published = self.shown.keys().cloned().collect();
    }

    /// Logs in the editor what could not be checked, when it changes.
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
            method => match self.answer_about_file(method, request.params.clone()) {
                Answer::Result(value) => Response::new_ok(request.id.clone(), value),
                Answer::Page(page) => Response::new_ok(request.id.clone(), self.show(&page)),
                Answer::Invalid => {
                    refusal(ErrorCode::InvalidParams, &format!("the parameters of `{method}` were expected"))
                }
                Answer::Unknown => refusal(ErrorCode::MethodNotFound, &format!("`{method}` is not known")),
                Answer::Refused(why) => refusal(ErrorCode::RequestFailed, &why),
            },
        };
        self.connection.sender.send(response.into()).map_err(|_| ServeError::Closed)
    }

    /// Asks the editor to show a page, if it can; returns the page's path for one that cannot.
    fn show(&self, page: &Page) -> Value {
        let fragment = page.job.as_ref().map(|job| format!("#job={}", escaped(job)));
        let uri = uri_of(&page.path).map(|uri| format!("{}{}", uri.as_str(), fragment.unwrap_or_default()));
        if self.shows_documents {
            let params = json!({ "uri": uri, "external": true });
            let request =
                Request::new(RequestId::from(SHOW.to_owned()), "window/showDocument".to_owned(), params);
            // An editor that has gone away is noticed when the next message is read.
            let _ = self.connection.sender.send(request.into());
        }
        json!({ "uri": uri })
    }

    /// Answers from the state of the last check. A mistake in one answer leaves the server as it was.
    fn answer_about_file(&self, method: &str, params: Value) -> Answer {
        let Self { documents, findings, shown, assemblies, encoding, cache, memos, .. } = self;
        let (assemblies, encoding) = (*assemblies, *encoding);
        let model = Model { documents, findings, shown, assemblies, memos, encoding, cache };
        let answered = catch_unwind(AssertUnwindSafe(|| answer(&model, method, params)));
        answered.unwrap_or_else(|_| Answer::Refused("this is a mistake in nestling".to_owned()))
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
