//! Reports of the editor beside open files: changes on disk, and its open directories.

use crate::uri::path_of;
use lsp_server::{Request, RequestId};
use lsp_types::{DidChangeWorkspaceFoldersParams, InitializeParams};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Id of the request that registers the watcher.
const REGISTER: &str = "nestling-watch";

/// The files whose changes can change findings: YAML, and the manifests and lists that `depends_from` and templates read.
const WATCHED: [&str; 5] = [
    "**/*.{yml,yaml,json,toml,xml,lock,mod,work,sum,sln,csproj,props,gradle,kts,tf,txt,cfg,py}",
    "**/Dockerfile*",
    "**/Makefile",
    "**/.gitignore",
    "**/.git/{HEAD,index}",
];

/// Returns the directories that the editor has open, or its root.
pub(crate) fn folders(params: &InitializeParams) -> BTreeSet<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().filter_map(|folder| path_of(&folder.uri));
    let folders: BTreeSet<PathBuf> = folders.collect();
    if !folders.is_empty() {
        return folders;
    }
    #[expect(deprecated, reason = "some editors set only the root")]
    let root = params.root_uri.as_ref().and_then(path_of);
    root.into_iter().collect()
}

/// Adds and removes directories.
pub(crate) fn change(folders: &mut BTreeSet<PathBuf>, params: &DidChangeWorkspaceFoldersParams) {
    for removed in &params.event.removed {
        if let Some(path) = path_of(&removed.uri) {
            folders.remove(&path);
        }
    }
    folders.extend(params.event.added.iter().filter_map(|folder| path_of(&folder.uri)));
}

/// Returns the request that asks for reports of changes on disk; `None` for an editor that registers nothing.
pub(crate) fn registration(params: &InitializeParams) -> Option<Request> {
    let workspace = params.capabilities.workspace.as_ref()?;
    let watches = workspace.did_change_watched_files.as_ref()?;
    watches.dynamic_registration.filter(|can_register| *can_register)?;
    let watchers: Vec<_> = WATCHED.iter().map(|glob| json!({ "globPattern": glob })).collect();
    let params = json!({ "registrations": [{
        "id": REGISTER,
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": { "watchers": watchers },
    }] });
    let id = RequestId::from(REGISTER.to_owned());
    Some(Request::new(id, "client/registerCapability".to_owned(), params))
}
