//! Neovim as the client: without a window, with the settings of the page on editors.

use super::workspace;
use crate::support::tool::{Tool, need};
use crate::support::{output, read, root, setting};
use std::path::Path;

/// The settings that the page shows.
fn settings() -> String {
    let page = read("docs/editor.md");
    let (_, settings) = page.split_once("```lua\n").unwrap();
    settings.split_once("```").unwrap().0.to_owned()
}

#[test]
fn neovim_finds_corrects_looks_up_completes_and_renames() {
    let test = "neovim_finds_corrects_looks_up_completes_and_renames";
    let Some(mut neovim) = need(Tool::Neovim, test) else { return };
    let repository = workspace();
    let unit = |name: &str| {
        let path = format!("{name}/nestling.yml");
        let text = std::fs::read_to_string(repository.path().join(&path)).unwrap();
        repository.write(&path, &text.replace("use: node", "use: { template: node, inputs: { shards: 2 } }"));
    };
    unit("api");
    unit("web");
    repository.commit("inputs");
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("settings.lua"), settings()).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
    neovim.current_dir(repository.path()).env_clear().env("HOME", home.path());
    neovim.env("PATH", format!("{}:{}", binary.display(), setting("PATH").unwrap()));
    neovim
        .args(["--headless", "--clean"])
        .arg("-c")
        .arg(format!("luafile {}/settings.lua", home.path().display()));
    neovim.arg("-c").arg(format!("luafile {}", root().join("tests/lsp/neovim.lua").display()));
    let said = output(&mut neovim);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let expected = [
        "unknown job keyword `scirpt`",
        "Replace `scirpt` with `script`",
        "nothing is left",
        "hover: job **`api:deploy`**",
        "definition: node.yml",
        "completion: build deploy .pre .post",
        "lens: not selected on this branch",
        "lens: api:deploy · merge request: runs · main: runs · tag: runs",
        "renamed",
    ];
    assert_eq!(lines, expected, "{said}");
    for (path, text) in [
        ("ci/node.yml", "inputs: { parts: {"),
        ("api/nestling.yml", "inputs: { parts: 2 }"),
        ("web/nestling.yml", "inputs: { parts: 2 }"),
    ] {
        let saved = std::fs::read_to_string(repository.path().join(path)).unwrap();
        assert!(
            saved.contains(text) && !saved.contains("shards") && !saved.contains("scirpt"),
            "{path}: {saved}"
        );
    }
}
