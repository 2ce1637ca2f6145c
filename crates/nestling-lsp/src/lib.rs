//! A language server for GitLab CI files, and for the workspaces, units and templates of Nestling.
//!
//! The findings of `nestling check` are shown while a person types: the files that are open are read as they are in the editor, all
//! others from disk. One plan of the whole workspace takes milliseconds, so that nothing is kept from one change to the next, and
//! an answer is never older than the last change.
//!
//! ```
//! use lsp_server::{Connection, Message, Notification, Request};
//! use serde_json::json;
//!
//! let (server, client) = Connection::memory();
//! let thread = std::thread::spawn(move || nestling_lsp::serve(&server, &|_, _| None));
//! let request = |id: i32, method: &str, params| Message::from(Request::new(id.into(), method.to_owned(), params));
//! let notification = |method: &str, params| Message::from(Notification::new(method.to_owned(), params));
//!
//! client.sender.send(request(1, "initialize", json!({ "capabilities": {} })))?;
//! client.sender.send(notification("initialized", json!({})))?;
//! let text = "build: { script: make, need: [test] }\n";
//! let document = json!({ "uri": "file:///nowhere/.gitlab-ci.yml", "languageId": "yaml", "version": 1, "text": text });
//! client.sender.send(notification("textDocument/didOpen", json!({ "textDocument": document })))?;
//! let published = client.receiver.iter().find_map(|message| match message {
//!     Message::Notification(published) if published.method == "textDocument/publishDiagnostics" => Some(published.params),
//!     _ => None,
//! });
//! let published = published.ok_or("the server has ended")?;
//! assert_eq!(published["diagnostics"][0]["code"], "job-key");
//!
//! client.sender.send(request(2, "shutdown", json!(null)))?;
//! client.sender.send(notification("exit", json!(null)))?;
//! assert!(thread.join().is_ok_and(|ended| ended.is_ok()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod uri;
mod position;
mod outline;
mod documents;
mod meaning;
mod keywords;
mod place;
mod belonging;
mod names;
mod library;
mod pipelines;
mod index;
mod findings;
mod convert;
mod edit;
mod fix;
mod model;
mod try_fix;
mod actions;
mod variables;
mod words;
mod plain;
mod hover;
mod navigate;
mod complete;
mod lens;
mod rename;
mod symbols;
mod highlight;
mod preview;
mod watch;
mod answers;
mod server;

pub use findings::FindAssemblies;
pub use server::{ServeError, serve, serve_stdio};
