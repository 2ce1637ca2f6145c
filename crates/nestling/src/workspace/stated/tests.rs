mod deployment;
mod dotnet;
mod graph_file;
mod javascript;
mod jvm;
mod python;

use crate::workspace::{Loaded, Stated, load};
use nestling_files::files::MemoryFiles;
use nestling_gitlab::diagnostic::{Diagnostic, Sources};

/// Loads a workspace whose directories with a `nestling.yml` are those of its manifests' tops.
fn loaded(from: &str, units: &[&str], files: &[(&str, &str)]) -> (Loaded, Sources) {
    let mut all = vec![("nestling.yml".to_owned(), format!("workspace: {{ depends_from: [{from}] }}\n"))];
    all.extend(units.iter().map(|unit| (format!("{unit}/nestling.yml"), "job: { script: j }\n".to_owned())));
    all.extend(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let sources = Sources::default();
    let files = MemoryFiles::new(all.iter().map(|(path, text)| (path, text.as_bytes())));
    (load(&files, &sources).unwrap(), sources)
}

/// Returns the findings but for readers that find nothing to read: the repositories here are of one language each.
fn mistakes(loaded: &Loaded) -> Vec<&Diagnostic> {
    loaded.diagnostics.iter().filter(|problem| problem.rule.id != "glob-unmatched").collect()
}

/// Each dependency as `from -> to (place)`, and each path outside of a unit as `from: path (place)`.
fn stated(from: &str, units: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    let (loaded, sources) = loaded(from, units, files);
    assert!(mistakes(&loaded).is_empty(), "{:?}", loaded.diagnostics);
    let mut lines = Vec::new();
    for unit in &loaded.workspace.units {
        for dependency in &unit.depends_on {
            assert_eq!(dependency.stated, Stated::Manifest);
            let place = sources.place(dependency.origin);
            lines.push(format!("{} -> {} ({place})", unit.name, dependency.unit));
        }
        for rule in &unit.changes {
            assert_eq!(rule.stated, Stated::Manifest);
            lines.push(format!("{}: {} ({})", unit.name, rule.written, sources.place(rule.origin)));
        }
    }
    lines
}

#[test]
fn cargo_states_paths_inherited_paths_platforms_and_patches() {
    let root = "[workspace]\nmembers = [\"*\"]\n[workspace.dependencies]\nlog = { path = \"log\" }\nserde = \"1\"\n\
                [patch.crates-io]\nforked = { path = \"third/forked\" }\n";
    let api = "[package]\nname = \"api\" # of log and core\n[dependencies]\ncore = { path = \"../core\", version = \"1\" }\n\
               log.workspace = true\nserde = { workspace = true }\nforked = \"2\"\n\
               [target.'cfg(unix)'.dev-dependencies]\nunixy = { path = \"../unixy/inner\" }\n";
    let plain = "[package]\nname = \"x\"\n";
    let files = [
        ("Cargo.toml", root),
        ("api/Cargo.toml", api),
        ("core/Cargo.toml", plain),
        ("log/Cargo.toml", plain),
        ("unixy/inner/Cargo.toml", plain),
        ("third/forked/Cargo.toml", plain),
        ("outside/Cargo.toml", "[dependencies]\nfar = { path = \"../../../elsewhere\" }\n"),
    ];
    let units = ["api", "core", "log", "unixy", "third/forked", "outside"];
    assert_eq!(
        stated("cargo", &units, &files),
        [
            "api -> core (api/Cargo.toml:4)",
            "api -> log (api/Cargo.toml:5)",
            "api -> third/forked (api/Cargo.toml:7)",
            "api -> unixy (api/Cargo.toml:9)",
        ]
    );
    assert_eq!(stated("go", &units, &files), [""; 0], "only what is asked for is read");
}

#[test]
fn packages_of_one_npm_workspace_name_each_other() {
    let web = "{\n \"name\": \"@shop/web\",\n \"dependencies\": {\n  \"@shop/ui\": \"^1.0.0\",\n  \"react\": \"19\"\n },\n \
               \"devDependencies\": { \"lint\": \"npm:@shop/ui@1\", \"tools\": \"file:../../tools\" }\n}\n";
    let ui = "{ \"name\": \"@shop/ui\", \"peerDependencies\": { \"@shop/left-out\": \"*\" } }";
    let files = |root: (&'static str, &'static str)| {
        [
            root,
            ("packages/web/package.json", web),
            ("packages/ui/package.json", ui),
            ("packages/out/package.json", "\u{feff}{ \"name\": \"@shop/left-out\" }"),
            ("tools/package.json", "{ \"name\": \"tools\" }"),
            ("packages/web/node_modules/@shop/ui/package.json", "{ \"name\": \"@shop/ui\" }"),
        ]
    };
    let units = ["packages/web", "packages/ui", "packages/out", "tools"];
    let expected = [
        "packages/web -> packages/ui (packages/web/package.json:4)",
        "packages/web -> tools (packages/web/package.json:7)",
    ];
    for root in [
        ("package.json", "{ \"workspaces\": [\"packages/*\", \"!packages/out\"] }"),
        ("package.json", "{ \"workspaces\": { \"packages\": [\"packages/ui\", \"packages/web\"] } }"),
        ("pnpm-workspace.yaml", "packages:\n  - 'packages/**'\n  - '!packages/out'\n"),
    ] {
        assert_eq!(stated("npm", &units, &files(root)), expected, "{root:?}");
    }
    let alone = stated("npm", &units, &files(("README", "no workspace")));
    assert_eq!(alone, [expected[1]], "without a workspace only paths count");
}

#[test]
fn an_alias_of_pnpm_names_the_other_package() {
    let files = [
        ("pnpm-workspace.yaml", "packages: ['*']\n"),
        (
            "a/package.json",
            "{ \"name\": \"a\", \"dependencies\": { \"x\": \"workspace:b@*\", \"c\": \"workspace:../c\" } }",
        ),
        ("b/package.json", "{ \"name\": \"b\" }"),
        ("c/package.json", "{ \"name\": \"c\" }"),
    ];
    let found = stated("npm", &["a", "b", "c"], &files);
    assert_eq!(found, ["a -> b (a/package.json:1)", "a -> c (a/package.json:1)"]);
}

#[test]
fn manifests_are_read_in_workspaces_within_and_not_where_packages_are_installed() {
    let files = [
        ("a/within/nestling.yml", "workspace: {}\n"),
        ("a/within/deep/package.json", "{ \"dependencies\": { \"b\": \"file:../../../b\" } }"),
        ("a/within/unit/nestling.yml", "job: { script: not one of these }\n"),
        ("a/node_modules/unit/nestling.yml", "job: { script: j }\n"),
        ("a/node_modules/unit/package.json", "{ \"dependencies\": { \"c\": \"file:../../../c\" } }"),
    ];
    let (found, _) = loaded("npm, npm", &["a", "b", "c"], &files);
    let dirs: Vec<String> = found.workspace.units.iter().map(|unit| unit.dir.to_string()).collect();
    assert_eq!(dirs, ["a", "a/node_modules/unit", "b", "c"]);
    assert_eq!(stated("npm", &["a", "b", "c"], &files), ["a -> b (a/within/deep/package.json:1)"]);
}

#[test]
fn a_workspace_of_packages_may_be_anywhere() {
    let root = "{ \"workspaces\": [\"*\"], \"dependencies\": { \"b\": \"*\" } }";
    let files = [
        ("x/package.json", root),
        ("x/a/package.json", "{ \"name\": \"a\", \"dependencies\": {\n \"bb\": \"*\",\n \"b\": \"*\" } }"),
        ("x/b/package.json", "{ \"name\": \"b\" }"),
        ("x-y/package.json", "{ \"name\": \"bb\", \"dependencies\": { \"b\": \"*\" } }"),
        ("y/package.json", "{ \"name\": \"bb\" }"),
    ];
    let found = stated("npm", &["x", "x/a", "x/b", "x-y", "y"], &files);
    assert_eq!(found, ["x -> x/b (x/package.json:1)", "x/a -> x/b (x/a/package.json:3)"]);
}

#[test]
fn go_states_modules_of_its_workspace_and_replacements() {
    let api = "module shop.example/api\n\ngo 1.22\n\nrequire (\n\tshop.example/core v1.0.0\n\tgolang.org/x/net v0.20.0\n\
               \tshop.example/old v0.1.0 // indirect\n)\n\nreplace shop.example/old => ../legacy\n";
    let files = [
        ("go.work", "go 1.22\n\nuse (\n\t./api // the service\n\t./core\n)\nuse ./tools\n"),
        ("api/go.mod", api),
        ("core/go.mod", "module shop.example/core\n\ngo 1.22\n"),
        ("legacy/go.mod", "module shop.example/old\n\ngo 1.22\n"),
        ("apart/go.mod", "module shop.example/apart\n\nrequire shop.example/core v1.0.0\n"),
        ("tools/go.mod", "module shop.example/tools\n\nrequire shop.example/core v1.0.0\n"),
    ];
    assert_eq!(
        stated("go", &["api", "core", "legacy", "apart", "tools"], &files),
        ["api -> core (api/go.mod:6)", "api -> legacy (api/go.mod:8)", "tools -> core (tools/go.mod:3)",],
        "apart is in no workspace: it gets a published version"
    );
}

#[test]
fn helm_states_charts_by_path_and_those_of_charts() {
    let shop = "apiVersion: v2\nname: shop\ndependencies:\n  - name: common\n    version: '*'\n    \
                repository: file://../common\n  - { name: redis, version: 20.0.0, repository: 'oci://charts.example/redis' }\n  \
                - { name: part, alias: piece, condition: part.on }\n";
    let files = [
        ("shop/Chart.yaml", shop),
        ("shop/charts/part/Chart.yaml", "apiVersion: v2\nname: part\n"),
        ("common/Chart.yaml", "# of no content\n"),
        ("old/Chart.yaml", "apiVersion: v1\nname: old\ndependencies:\n"),
        ("old/requirements.yaml", "dependencies:\n- name: common\n  repository: \"file://../common/\"\n"),
        (
            "far/Chart.yaml",
            "dependencies: [{ repository: 'file:///common' }, { repository: file://../../../x }]\n",
        ),
        ("roles/requirements.yaml", "- src: another program's\n"),
    ];
    let units = ["shop", "shop/charts/part", "common", "old", "far", "roles"];
    assert_eq!(
        stated("helm", &units, &files),
        [
            "old -> common (old/requirements.yaml:3)",
            "shop -> common (shop/Chart.yaml:6)",
            "shop -> shop/charts/part (shop/Chart.yaml:1)",
        ]
    );
}

#[test]
fn several_readers_agree_with_what_is_written_by_hand() {
    let files = [
        ("a/nestling.yml", "unit: { depends_on: [{ unit: b, order: true }] }\n"),
        ("a/Cargo.toml", "[dependencies]\nb = { path = \"../b\" }\n"),
        ("b/Cargo.toml", "[dev-dependencies]\na = { path = \"../a\" }\n"),
        ("a/deep/Cargo.toml", "[dependencies]\na = { path = \"..\" }\n"),
    ];
    let (loaded, _) = loaded("cargo, npm, go", &["a", "b"], &files);
    let mistakes = mistakes(&loaded);
    assert!(mistakes.is_empty(), "a circle of manifests is none of headers: {mistakes:?}");
    let [a, b] = loaded.workspace.units.as_slice() else { panic!("two units") };
    assert_eq!((a.depends_on.len(), a.depends_on[0].stated), (1, Stated::Header), "what is written stands");
    assert_eq!((b.depends_on.len(), b.depends_on[0].unit.as_str()), (1, "a"));
}

#[test]
fn what_cannot_be_read_is_reported_at_its_line_where_it_matters() {
    let files = [
        ("a/Cargo.toml", "[package]\n[dependencies\n"),
        ("a/package.json", "{"),
        ("a/go.mod", "requires what\n"),
        ("a/Chart.yaml", "name: a\ndependencies: { name: b }\n"),
        ("pnpm-workspace.yaml", "packages:\n  - 'libs/*'\n - apps\n"),
        ("elsewhere/Cargo.toml", "[dependencies\n"),
    ];
    let (found, sources) = loaded("cargo, npm, go, helm", &["a"], &files);
    let places: Vec<String> = found.diagnostics.iter().map(|it| sources.place(it.labels[0].origin)).collect();
    assert_eq!(
        places,
        ["a/Cargo.toml:2", "a/package.json:1", "pnpm-workspace.yaml:3", "a/go.mod:1", "a/Chart.yaml:2"]
    );
    assert!(found.diagnostics.iter().all(|problem| problem.notes.len() == 1), "{:?}", found.diagnostics);
    let (wrong, _) = loaded("carg", &["a"], &[]);
    assert_eq!(wrong.diagnostics[0].help.as_deref(), Some("did you mean `cargo`?"));
}

#[test]
fn packages_that_are_no_unit_lead_on_to_what_they_need() {
    let files = [
        ("a/Cargo.toml", "[dependencies]\nmiddle = { path = \"../libs/middle\" }\n"),
        (
            "libs/middle/Cargo.toml",
            "[dependencies]\nb = { path = \"../../b\" }\nfar = { path = \"../far\" }\n",
        ),
        (
            "libs/far/Cargo.toml",
            "[dependencies]\nmiddle = { path = \"../middle\" }\nroot = { path = \"../..\" }\n",
        ),
        ("b/Cargo.toml", ""),
        ("Cargo.toml", "[package]\nname = \"root\"\n"),
    ];
    assert_eq!(
        stated("cargo", &["a", "b"], &files),
        [
            "a -> b (libs/middle/Cargo.toml:2)",
            "a: /* (libs/far/Cargo.toml:3)",
            "a: /libs/far (libs/middle/Cargo.toml:3)",
            "a: /libs/far/**/* (libs/middle/Cargo.toml:3)",
            "a: /libs/middle (a/Cargo.toml:2)",
            "a: /libs/middle/**/* (a/Cargo.toml:2)",
        ],
        "of a package above the unit its own files concern it, not the whole repository"
    );
}

#[test]
fn the_name_of_a_tool_leads_to_the_reader_that_reads_its_files() {
    for (name, help) in [("pnpm", "npm"), ("uv", "python"), ("opentofu", "terraform")] {
        let (found, _) = loaded(name, &["a"], &[]);
        let expected = format!("write `{help}`, which reads {name}'s manifests too");
        assert_eq!(found.diagnostics[0].help.as_deref(), Some(expected.as_str()));
    }
}
