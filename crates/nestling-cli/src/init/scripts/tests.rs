//! Scripts with the effects that are found through references, and those without one.

use super::Scripts;
use crate::init::inventory::Inventory;
use nestling::{MemoryFiles, RepoPath};

/// Returns the effect of `build` in `a/package.json` with these scripts, beside other files.
fn effect(scripts: &str, more: &[(&str, &str)]) -> Option<String> {
    let package = format!("{{ \"scripts\": {{ {scripts} }} }}");
    let files = [
        ("a/package.json", package.as_str()),
        ("a/Makefile", "all:\n\ttrue\ndeploy: login\n\tkubectl apply -f x\nlogin:\n\ttrue\n"),
        ("a/release.sh", "#!/bin/bash\nset -e\ngit push origin main\n"),
        ("a/tool.py", "#!/usr/bin/env python\n'npm publish'\n"),
        ("b/package.json", r#"{ "name": "@x/b", "scripts": { "ship": "twine upload dist", "ok": "tsc" } }"#),
        ("pyproject.toml", "[tool.poe.tasks]\nship = 'uv publish'\n"),
    ];
    let files = MemoryFiles::new(files.into_iter().chain(more.iter().copied()));
    let inventory = Inventory::read(&files).unwrap();
    let scripts = Scripts::new(&files, &inventory);
    let effect = scripts.of_script(&RepoPath::parse("a").unwrap(), "build");
    effect.map(|effect| effect.shown())
}

#[test]
fn scripts_are_followed_to_what_publishes_or_waits() {
    for (scripts, expected) in [
        (r#""build": "npm publish""#, Some("runs `npm publish`, which publishes or deploys")),
        (r#""build": "tsc && wrangler deploy""#, Some("runs `wrangler deploy`, which publishes or deploys")),
        (
            r#""build": "npm run x", "x": "yarn y", "y": "sls deploy""#,
            Some(
                "runs `npm run x`, which runs `yarn y`, which runs `sls deploy`, which publishes or deploys",
            ),
        ),
        (r#""build": "npm run x", "x": "npm run build""#, None),
        (
            r#""build": "tsc", "postbuild": "npm publish""#,
            Some("runs `npm publish`, which publishes or deploys"),
        ),
        (
            r#""build": "make deploy""#,
            Some("runs `make deploy`, which runs `kubectl apply -f x`, which publishes or deploys"),
        ),
        (r#""build": "make""#, None),
        (
            r#""build": "./release.sh""#,
            Some("runs `release.sh`, which runs `git push origin main`, which publishes or deploys"),
        ),
        (r#""build": "./tool.py""#, None),
        (
            r#""build": "pnpm --filter @x/b ship""#,
            Some(
                "runs `pnpm --filter @x/b ship`, which runs `twine upload dist`, which publishes or deploys",
            ),
        ),
        (r#""build": "turbo run ok""#, None),
        (
            r#""build": "cd .. && poe ship""#,
            Some("runs `poe ship`, which runs `uv publish`, which publishes or deploys"),
        ),
        (
            r#""build": "npm run x -- --watch", "x": "tsc""#,
            Some("runs `npm run x -- --watch`, which runs `tsc --watch`, which does not end by itself"),
        ),
        (
            r#""build": "run-p x:*", "x:a": "tsc", "x:b": "vite""#,
            Some("runs `run-p x:*`, which runs `vite`, which does not end by itself"),
        ),
        (r#""build": "vite & cypress run""#, None),
        (r#""build": "start-server-and-test x http://localhost y", "x": "vite", "y": "cypress run""#, None),
        (r#""build": "concurrently -k \"vite\" \"npm run x\"", "x": "cypress run""#, None),
        (
            r#""build": "concurrently \"tsc -b\" \"npm run x\"", "x": "npm publish""#,
            Some("runs `npm run x`, which runs `npm publish`, which publishes or deploys"),
        ),
        (r#""build": "sh -c 'docker push x'""#, Some("runs `docker push x`, which publishes or deploys")),
        (r#""build": "echo npm publish""#, None),
        (r#""build": 1"#, None),
    ] {
        assert_eq!(effect(scripts, &[]).as_deref(), expected, "{scripts}");
    }
}

#[test]
fn first_commands_name_scripts_and_files_that_exist() {
    let package =
        |script: &str| format!("{{ \"scripts\": {{ \"test\": \"{script}\", \"ok\": \"node x.js\" }} }}");
    for (script, expected) in [
        ("node x.js", None),
        ("node x.js && node gone.js", None),
        ("node gone.js", Some("`gone.js`, which the script `test` of a/package.json runs")),
        ("NODE_ENV=test node gone.mjs", Some("`gone.mjs`")),
        ("node gone.js || true", None),
        ("node gone", None),
        ("node dist/gone.js", None),
        ("node --test gone.js", None),
        ("node made/gone.js", None),
        ("./x.js", None),
        ("./gone.sh", Some("`./gone.sh`")),
        ("cd ../b && sh gone.sh", Some("`gone.sh`")),
        ("cd ../c && sh gone.sh", None),
        ("npm run ok", None),
        ("npm run gone", Some("the script `gone`, which the script `test` of a/package.json runs")),
        ("npm run gone --if-present", None),
        ("pnpm gone", None),
        ("cd ../b && npm run ok", Some("`gone.sh`, which the script `ok` of b/package.json runs")),
        ("make", Some("a/Makefile")),
        ("make -C ../b", None),
        ("npm run test", None),
    ] {
        let package = package(script);
        let files = MemoryFiles::new([
            ("a/package.json", package.as_str()),
            ("a/x.js", ""),
            ("b/package.json", r#"{ "scripts": { "ok": "bash gone.sh" } }"#),
            ("b/Makefile", ""),
        ]);
        let inventory = Inventory::read(&files).unwrap();
        let missing = Scripts::new(&files, &inventory).missing(&RepoPath::parse("a").unwrap(), "test");
        match expected {
            None => assert_eq!(missing, None, "{script}"),
            Some(part) => {
                assert!(missing.as_ref().is_some_and(|text| text.contains(part)), "{script}: {missing:?}");
            }
        }
    }
}
