//! The extension for VS Code: its manifest, the server that it starts, and its package, which is made without a network.

use crate::support::tool::{Tool, need, need_directory};
use crate::support::{output, read, root};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "editors/vscode";

fn manifest() -> Value {
    serde_json::from_str(&read(format!("{FOLDER}/package.json"))).unwrap()
}

#[test]
fn the_manifest_says_what_the_extension_is_and_has() {
    let manifest = manifest();
    let extension = read(format!("{FOLDER}/extension.js"));
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["license"], "MIT OR Apache-2.0");
    assert!(root().join(FOLDER).join(manifest["main"].as_str().unwrap()).is_file());
    for key in ["name", "publisher", "description", "repository", "engines", "categories"] {
        assert!(!manifest[key].is_null(), "{key}");
    }
    // Every command is registered, and every setting is read: by the extension, or by the client for its trace.
    for command in manifest["contributes"]["commands"].as_array().unwrap() {
        let id = command["command"].as_str().unwrap();
        assert!(extension.contains(&format!("registerCommand(\"{id}\"")), "{id}");
    }
    let settings = manifest["contributes"]["configuration"]["properties"].as_object().unwrap();
    for setting in settings.keys().filter(|setting| *setting != "nestling.trace.server") {
        let name = setting.strip_prefix("nestling.").unwrap();
        assert!(extension.contains(&format!(".get(\"{name}\")")), "{setting}");
    }
    // A repository that nobody trusts must not name the program.
    let restricted = &manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"];
    assert_eq!(restricted, &serde_json::json!(["nestling.path"]));
    // Languages that start it are those that it serves.
    for event in manifest["activationEvents"].as_array().unwrap() {
        let language = event.as_str().unwrap().strip_prefix("onLanguage:").unwrap();
        assert!(extension.contains(&format!("\"{language}\"")), "{language}");
    }
    // Versions are exact: what is packaged is what was tried.
    for of in ["dependencies", "devDependencies"] {
        for (name, version) in manifest[of].as_object().unwrap() {
            assert!(version.as_str().unwrap().starts_with(|c: char| c.is_ascii_digit()), "{name}");
        }
    }
}

/// With `vscode` and the client replaced by what notes the calls.
const STARTS: &str = r#"
const Module = require("node:module");
const calls = [];
const settings = { path: process.argv[2] };
const fakes = {
  vscode: {
    workspace: {
      getConfiguration: (name) => ({ get: (key) => (name === "nestling" ? settings[key] : undefined) }),
      onDidChangeConfiguration: (listener) => ((fakes.changed = listener), {}),
    },
    window: { showErrorMessage: async (message) => calls.push(["error", message]) },
    commands: { registerCommand: (id) => (calls.push(["command", id]), {}) },
  },
  "vscode-languageclient/node": {
    LanguageClient: class {
      constructor(id, name, server, options) {
        calls.push(["client", server, options.documentSelector.map((filter) => filter.language)]);
        this.server = server;
      }
      async start() { if (this.server.command === "missing") throw new Error("ENOENT"); }
      async stop() { calls.push(["stop"]); }
    },
  },
};
const load = Module._load;
Module._load = (request, ...rest) => fakes[request] ?? load(request, ...rest);
(async () => {
  const extension = require(process.argv[1]);
  const context = { subscriptions: [] };
  await extension.activate(context);
  settings.path = "/opt/nestling";
  await fakes.changed({ affectsConfiguration: (key) => key === "nestling.path" });
  await extension.deactivate();
  console.log(JSON.stringify(calls));
})();
"#;

#[test]
fn the_extension_starts_the_server_that_the_settings_name() {
    let Some(mut node) = need(Tool::Node, "the_extension_starts_the_server_that_the_settings_name") else {
        return;
    };
    let extension = root().join(FOLDER).join("extension.js");
    let said = output(node.args(["-e", STARTS]).arg(&extension).arg("missing"));
    let calls: Value = serde_json::from_str(&said).unwrap();
    let languages = serde_json::json!(["yaml", "gitlab-ci", "yaml.gitlab"]);
    assert_eq!(calls[0], serde_json::json!(["command", "nestling.restart"]));
    assert_eq!(calls[1], serde_json::json!(["client", { "command": "missing", "args": ["lsp"] }, languages]));
    assert!(calls[2][1].as_str().unwrap().contains("set `nestling.path`"), "{calls}");
    assert_eq!(
        calls[3],
        serde_json::json!(["client", { "command": "/opt/nestling", "args": ["lsp"] }, languages])
    );
    assert_eq!(calls[4], serde_json::json!(["stop"]));
}

#[test]
fn the_package_is_made_from_a_clean_checkout_without_a_network() {
    let test = "the_package_is_made_from_a_clean_checkout_without_a_network";
    let Some(packages) = need_directory("vscode/node_modules", test) else { return };
    let Some(mut node) = need(Tool::Node, test) else { return };
    let directory = tempfile::tempdir().unwrap();
    let extension = directory.path().join("extension");
    std::fs::create_dir(&extension).unwrap();
    for file in ["package.json", "extension.js", "README.md", ".vscodeignore"] {
        std::fs::copy(root().join(FOLDER).join(file), extension.join(file)).unwrap();
    }
    std::fs::copy(root().join("LICENSE-MIT"), extension.join("LICENSE")).unwrap();
    std::os::unix::fs::symlink(&packages, extension.join("node_modules")).unwrap();
    let package = directory.path().join("nestling.vsix");
    let vsce = packages.join("@vscode/vsce/vsce");
    // A request to the network fails.
    node.current_dir(&extension).arg(vsce).args(["package", "--out"]).arg(&package);
    output(node.env("HTTPS_PROXY", "http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:9"));
    let files = listed(&package);
    for file in
        ["extension/package.json", "extension/extension.js", "extension/readme.md", "extension/LICENSE.txt"]
    {
        assert!(files.iter().any(|listed| listed == file), "{file}: {files:?}");
    }
    let client = "extension/node_modules/vscode-languageclient/";
    assert!(files.iter().any(|file| file.starts_with(client)), "{files:?}");
    assert!(!files.iter().any(|file| file.contains("@vscode/vsce")), "{files:?}");
}

/// The paths in an archive.
fn listed(package: &Path) -> Vec<String> {
    let script = "import sys, zipfile; print('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))";
    let said = output(Command::new("python3").args(["-c", script]).arg(package));
    said.lines().map(str::to_owned).collect()
}
