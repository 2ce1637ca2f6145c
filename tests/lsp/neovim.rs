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
fn neovim_shows_a_mistake_and_takes_the_correction() {
    let test = "neovim_shows_a_mistake_and_takes_the_correction";
    let Some(mut neovim) = need(Tool::Neovim, test) else { return };
    let repository = workspace();
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
    assert_eq!(said.trim(), "unknown job keyword `scirpt`\nReplace `scirpt` with `script`\nnothing is left");
    let saved = std::fs::read_to_string(repository.path().join("api/nestling.yml")).unwrap();
    assert!(saved.contains("script: ./deploy.sh") && !saved.contains("scirpt"), "{saved}");
}
