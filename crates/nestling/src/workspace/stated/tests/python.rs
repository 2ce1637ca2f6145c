use super::stated;

#[test]
fn members_of_an_uv_workspace_are_named_by_their_own_sources_or_the_roots() {
    let root = "[project]\nname = \"shop\"\n[tool.uv.workspace]\nmembers = [\"apps/*\", \"libs/*\"]\nexclude = [\"libs/old\"]\n\
                [tool.uv.sources]\nshop-core = { workspace = true }\nvendored = { path = \"third/vendored\" }\n";
    let api = "[project]\nname = \"api\"\ndependencies = [\n  \"Shop_Money>=1\",\n  \"vendored\",\n  \"old\",\n]\n\
               [dependency-groups]\ndev = [\n  \"shop.core\",\n  { include-group = \"other\" },\n]\n\
               [tool.uv.sources]\nshop-money = [{ workspace = true, marker = \"x\" }, { path = \"../../third/money\" }]\n\
               old = { workspace = true }\n";
    let project = |name: &str| format!("[project]\nname = \"{name}\"\n");
    let (core, money, old) = (project("shop.core"), project("shop_money"), project("old"));
    let web = "[project]\nname = \"web\"\ndependencies = [\"requests\"]\n";
    let files = [
        ("pyproject.toml", root),
        ("apps/api/pyproject.toml", api),
        ("apps/web/pyproject.toml", web),
        ("libs/core/pyproject.toml", &core),
        ("libs/money/pyproject.toml", &money),
        ("libs/old/pyproject.toml", &old),
        ("third/vendored/setup.py", ""),
    ];
    let units =
        ["apps/api", "apps/web", "libs/core", "libs/money", "libs/old", "third/vendored", "third/money"];
    assert_eq!(
        stated("python", &units, &files),
        [
            "apps/api -> libs/core (apps/api/pyproject.toml:10)",
            "apps/api -> libs/money (apps/api/pyproject.toml:14)",
            "apps/api -> third/money (apps/api/pyproject.toml:14)",
            "apps/api -> third/vendored (apps/api/pyproject.toml:5)",
        ],
        "an excluded directory is no member, and what nobody asks for is not inherited"
    );
}

#[test]
fn paths_of_poetry_pdm_hatch_and_pip_are_dependencies() {
    let poetry = "[tool.poetry]\nname = \"api\"\n[tool.poetry.dependencies]\ncore = { path = \"../core\", develop = true }\n\
                  money = [{ path = \"../money\", python = \"3.9\" }, { version = \"1\" }]\n\
                  [tool.poetry.group.dev.dependencies]\ntools = { path = \"../tools\" }\n";
    let pdm = "[project]\nname = \"pdm\"\ndependencies = [\"core @ file:///${PROJECT_ROOT}/../core\"]\n\
               [tool.pdm.dev-dependencies]\ndev = [\"-e file:///${PROJECT_ROOT}/../tools#egg=tools\"]\n";
    let hatch = "[project]\nname = \"hatch\"\n[project.optional-dependencies]\nall = [\"core @ {root:parent:uri}/core\"]\n";
    let files = [
        ("poetry/pyproject.toml", poetry),
        ("pdm/pyproject.toml", pdm),
        ("hatch/pyproject.toml", hatch),
        ("pip/requirements-dev.txt", "# everything\n-e ../core\n-r ../tools/requirements.txt\nrequests\n"),
        ("tools/requirements.txt", "./inner\n/opt/else\n../../../outside\n"),
    ];
    assert_eq!(
        stated("python", &["poetry", "pdm", "hatch", "pip", "core", "money", "tools"], &files),
        [
            "hatch -> core (hatch/pyproject.toml:4)",
            "pdm -> core (pdm/pyproject.toml:3)",
            "pdm -> tools (pdm/pyproject.toml:5)",
            "pip -> core (pip/requirements-dev.txt:2)",
            "pip -> tools (tools/requirements.txt:1)",
            "pip: /tools/requirements.txt (pip/requirements-dev.txt:3)",
            "poetry -> core (poetry/pyproject.toml:4)",
            "poetry -> money (poetry/pyproject.toml:5)",
            "poetry -> tools (poetry/pyproject.toml:7)",
        ]
    );
}
