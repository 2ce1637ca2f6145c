use super::stated;

#[test]
fn typescript_states_references_bases_and_paths() {
    let app = "{\n  // JSON with comments\n  \"extends\": \"../../tsconfig.base.json\",\n  \"references\": [\n    { \"path\": \"../core\" },\n    \
               { \"path\": \"../ui/tsconfig.lib.json\" },\n  ],\n  \"compilerOptions\": { \"paths\": {\n    \"@x/money/*\": [\"../money/src/*\"]\n  } },\n  \
               \"include\": [\"src\", \"../types/**/*.d.ts\"],\n}\n";
    let files = [
        ("packages/app/tsconfig.json", app),
        ("packages/core/tsconfig.build.json", "{ \"extends\": [\"@tsconfig/node22\", \"./tsconfig\"] }"),
        ("tsconfig.base.json", "{}"),
    ];
    let units = ["packages/app", "packages/core", "packages/ui", "packages/money", "packages/types"];
    assert_eq!(
        stated("typescript", &units, &files),
        [
            "packages/app -> packages/core (packages/app/tsconfig.json:5)",
            "packages/app -> packages/money (packages/app/tsconfig.json:9)",
            "packages/app -> packages/types (packages/app/tsconfig.json:11)",
            "packages/app -> packages/ui (packages/app/tsconfig.json:6)",
            "packages/app: /tsconfig.base.json (packages/app/tsconfig.json:3)",
        ]
    );
}

#[test]
fn nx_and_turbo_state_projects_by_name() {
    let api = "{\n  \"name\": \"api\",\n  \"implicitDependencies\": [\n    \"core\",\n    \"!web\"\n  ],\n  \
               \"targets\": { \"e2e\": { \"dependsOn\": [\"build\", { \"projects\": [\"docs\"], \"target\": \"build\" }] } }\n}\n";
    let web = "{ \"name\": \"@shop/web\", \"nx\": { \"implicitDependencies\": [\"api\"] } }";
    let turbo = "{\n  // tasks\n  \"tasks\": {\n    \"build\": { \"dependsOn\": [\"^build\"] },\n    \
                 \"@shop/web#deploy\": { \"dependsOn\": [\"@shop/core#build\"] }\n  }\n}\n";
    let files = [
        ("apps/api/project.json", api),
        ("apps/web/package.json", web),
        ("libs/core/project.json", "{}"),
        ("libs/core/package.json", "{ \"name\": \"@shop/core\" }"),
        ("docs/project.json", "{ \"name\": \"docs\" }"),
        ("turbo.json", turbo),
        (
            "docs/turbo.json",
            "{ \"extends\": [\"//\"], \"tasks\": { \"x\": { \"dependsOn\": [\"@shop/web#build\"] } } }",
        ),
    ];
    let units = ["apps/api", "apps/web", "libs/core", "docs"];
    let by_nx = [
        "apps/api -> docs (apps/api/project.json:7)",
        "apps/api -> libs/core (apps/api/project.json:4)",
        "apps/web -> apps/api (apps/web/package.json:1)",
    ];
    assert_eq!(stated("nx", &units, &files), by_nx);
    let by_turbo = ["apps/web -> libs/core (turbo.json:5)", "docs -> apps/web (docs/turbo.json:1)"];
    assert_eq!(stated("turbo", &units, &files), by_turbo);
    assert_eq!(stated("npm, turbo, nx", &units, &files).len(), 5, "several readers read one file");
}
