//! Neovim as the client: without a window, with the settings of the page on editors.

use super::workspace;
use crate::support::example::Example;
use crate::support::tool::{Tool, need};
use crate::support::{expect_file, output, read, root, setting};
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// The settings that the page shows.
fn settings() -> String {
    let page = read("docs/editor.md");
    let blocks = page.split("```lua\n").skip(1).map(|block| block.split("```").next().unwrap());
    let settings: Vec<&str> = blocks.collect();
    assert_eq!(settings.len(), 2);
    settings.concat()
}

/// Neovim without a window in a directory, with the settings of the page and then a script.
fn with_script(mut neovim: Command, directory: &Path, home: &Path, script: &str) -> Command {
    std::fs::write(home.join("settings.lua"), settings()).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
    neovim.current_dir(directory).env_clear().env("HOME", home);
    neovim.env("PATH", format!("{}:{}", binary.display(), setting("PATH").unwrap()));
    neovim.args(["--headless", "--clean"]);
    neovim.arg("-c").arg(format!("luafile {}/settings.lua", home.display()));
    neovim.arg("-c").arg(format!("luafile {}", root().join(script).display()));
    neovim
}

/// The pictures of the page are screens of Neovim. `NESTLING_TEST_UPDATE=1` draws them again.
#[test]
fn the_pictures_of_the_page_are_what_neovim_shows() {
    let test = "the_pictures_of_the_page_are_what_neovim_shows";
    let Some(neovim) = need(Tool::Neovim, test) else { return };
    let shop = Example::new("shop");
    let home = tempfile::tempdir().unwrap();
    let shown = output(&mut with_script(neovim, &shop.path(), home.path(), "tests/lsp/pictures.lua"));
    let screens: Vec<(String, String)> =
        serde_json::from_str(shown.trim()).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let names: Vec<&str> = screens.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["findings", "hover", "completion"]);
    for (name, screen) in &screens {
        let Some(mut python) = need(Tool::Python, test) else { return };
        let file = home.path().join(name);
        std::fs::write(&file, screen).unwrap();
        python.arg(root().join("docs/picture")).args(["nvim", "services/api/nestling.yml"]);
        let drawn = python.stdin(File::open(file).unwrap()).output().unwrap();
        let picture = String::from_utf8(drawn.stdout).unwrap();
        assert!(picture.contains("contract:"), "{name}: {picture}");
        expect_file(&root().join(format!("docs/editor-{name}.svg")), &picture)
            .unwrap_or_else(|difference| panic!("{difference}"));
    }
}

#[test]
fn neovim_finds_corrects_looks_up_completes_and_renames() {
    let test = "neovim_finds_corrects_looks_up_completes_and_renames";
    let Some(neovim) = need(Tool::Neovim, test) else { return };
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
    let mut neovim = with_script(neovim, repository.path(), home.path(), "tests/lsp/neovim.lua");
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
        "shown: 2 lenses, 1 of a template",
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
