//! Files that make much of little without being templates: YAML, JSON, globs, expressions.

/// A file, and what the workspace's header says for it to be read.
pub(crate) struct FileBomb {
    /// The name of its row.
    pub name: &'static str,
    /// Contents of the workspace file beside its templates.
    pub workspace: String,
    /// The path and the text of the file.
    pub file: (&'static str, String),
}

fn file(name: &'static str, path: &'static str, text: impl Into<String>) -> FileBomb {
    FileBomb { name, workspace: String::new(), file: (path, text.into()) }
}

fn workspace(name: &'static str, header: impl Into<String>) -> FileBomb {
    FileBomb { name, workspace: header.into(), file: ("u/x", String::new()) }
}

/// `a0: &a0 [x, …]`, `a1: &a1 [*a0, …]`, …: ten times as large in each line.
fn aliases(indent: &str) -> String {
    let mut text = format!("{indent}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("{indent}a{level}: &a{level} [{list}]\n");
    }
    text
}

/// Entities of XML that are made of each other, ten times each.
fn entities() -> String {
    let mut text = String::from("<!DOCTYPE project [<!ENTITY e0 \"x\">");
    for level in 1..12 {
        text += &format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10));
    }
    text + "]><project><artifactId>&e11;</artifactId></project>"
}

/// Mappings that are merged into each other, twice each.
fn merges(indent: &str) -> String {
    let mut text = format!("{indent}.m0: &m0 {{ k0: x }}\n");
    for level in 1..60 {
        text += &format!("{indent}.m{level}: &m{level} {{ <<: [*m{0}, *m{0}], k{level}: x }}\n", level - 1);
    }
    text
}

fn unit(jobs: &str) -> String {
    format!("unit: {{}}\n---\n{jobs}")
}

/// All bombs that are files.
pub(crate) fn files() -> Vec<FileBomb> {
    let mut files = yaml();
    files.extend(jobs());
    files.extend(copies());
    files.extend(mistakes());
    files.extend(conditions());
    files.extend(manifests());
    files.extend(globs());
    files
}

fn yaml() -> Vec<FileBomb> {
    let nested =
        |open: &str, close: &str, depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
    let block: String = (0..5000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    vec![
        file(
            "aliases in a unit's jobs",
            "u/nestling.yml",
            unit(&format!("j:\n  script: x\n  variables:\n{}", aliases("    "))),
        ),
        file(
            "aliases in a unit's header",
            "u/nestling.yml",
            format!("unit:\n  inputs:\n{}", aliases("    ")),
        ),
        file("aliases in a template", "ci/t.yml", format!("j:\n  script: x\n{}", aliases("  "))),
        file(
            "aliases in a template with values",
            "ci/t.yml",
            format!("j:\n  script: ${{{{ unit.name }}}}\n{}", aliases("  ")),
        ),
        file(
            "mappings that are merged",
            "u/nestling.yml",
            unit(&format!("{}j: {{ <<: *m59, script: x }}\n", merges(""))),
        ),
        workspace(
            "aliases in the workspace's file",
            format!("vars:\n{}", aliases("    ").replace("    a", "      a")),
        ),
        file("lists in lists", "u/nestling.yml", unit(&format!("j: {}\n", nested("[", "]", 100_000)))),
        file(
            "mappings in mappings",
            "u/nestling.yml",
            unit(&format!("j: {}\n", nested("{a: ", "}", 100_000))),
        ),
        file("mappings below mappings", "u/nestling.yml", unit(&block)),
        file("lists behind dashes", "u/nestling.yml", unit(&format!("j: \n  {}x\n", "- ".repeat(100_000)))),
        file("questions in questions", "u/nestling.yml", unit(&format!("{}x\n", "? ".repeat(100_000)))),
        file("lists in a header", "u/nestling.yml", format!("unit: {}\n", nested("[", "]", 100_000))),
        file("many documents", "u/nestling.yml", "a: 1\n---\n".repeat(200_000)),
        file(
            "many keys",
            "u/nestling.yml",
            unit(&(0..50_000).map(|key| format!("j{key}: {{ script: x }}\n")).collect::<String>()),
        ),
        file("many times the same key", "u/nestling.yml", unit(&"j: { script: x }\n".repeat(40_000))),
        file(
            "many anchors",
            "u/nestling.yml",
            unit(&(0..100_000).map(|key| format!(".a{key}: &a{key} x\n")).collect::<String>()),
        ),
        file(
            "a long scalar",
            "u/nestling.yml",
            unit(&format!("j: {{ script: \"{}\" }}\n", "x".repeat(20_000_000))),
        ),
        file("a long key", "u/nestling.yml", unit(&format!("{}: {{ script: x }}\n", "x".repeat(1_000_000)))),
        file("a long line of open quotes", "u/nestling.yml", unit(&"'\"".repeat(500_000))),
        file("tags in tags", "u/nestling.yml", unit(&format!("j: {}x\n", "!reference [".repeat(100_000)))),
    ]
}

/// A megabyte that is named many times.
fn copies() -> Vec<FileBomb> {
    let long = "x".repeat(1_000_000);
    let list = |item: &str| vec![item; 600].join(", ");
    let inputs = format!("spec: {{ inputs: {{ x: {{ default: '{}' }} }} }}\n---\n", &long[..100_000]);
    let uses: String = (0..3000).map(|at| format!("  V{at}: $[[ inputs.x ]]\n")).collect();
    let jobs = |line: &str| (0..600).map(|job| format!("j{job}: {line}\n")).collect::<String>();
    vec![
        file(
            "aliases of a long text",
            "u/nestling.yml",
            unit(&format!(".x: &x \"{long}\"\nj: {{ script: [{}] }}\n", list("*x"))),
        ),
        file(
            "references to a long text",
            "u/nestling.yml",
            unit(&format!(
                ".x: {{ script: [\"{long}\"] }}\nj: {{ script: [{}] }}\n",
                list("!reference [.x, script]")
            )),
        ),
        file(
            "jobs that extend a long text",
            "u/nestling.yml",
            unit(&format!(".x: {{ script: [\"{long}\"] }}\n{}", jobs("{ extends: .x }"))),
        ),
        file(
            "an input that is used often",
            "ci/t.yml",
            format!("{inputs}j:\n script: x\n variables:\n{uses}"),
        ),
        file(
            "an input that is used often in texts",
            "ci/t.yml",
            format!("{inputs}j: {{ script: x }}\n.k: [{}]\n", list("'a $[[ inputs.x ]]'")),
        ),
    ]
}

fn jobs() -> Vec<FileBomb> {
    let extends: String = (1..20_000).map(|job| format!(".j{job}: {{ extends: .j{} }}\n", job - 1)).collect();
    let doubling: String =
        (1..60).map(|job| format!(".j{job}: {{ extends: [.j{0}, .j{0}], script: x }}\n", job - 1)).collect();
    let references: String =
        (1..60).map(|job| format!(".r{job}: [!reference [.r{0}], !reference [.r{0}]]\n", job - 1)).collect();
    let needs: String = (0..300)
        .map(|job| {
            format!(
                "j{job}: {{ script: x, needs: [{}] }}\n",
                (0..job).map(|need| format!("j{need}")).collect::<Vec<_>>().join(", ")
            )
        })
        .collect();
    let matrix: String = (0..12)
        .map(|name| {
            format!("          V{name}: [{}]\n", "a, b, c, d, e, f, g, h".replace(", ", &format!("{name}, ")))
        })
        .collect();
    vec![
        file(
            "a chain of extends",
            "u/nestling.yml",
            unit(&format!(".j0: {{ script: x }}\n{extends}j: {{ extends: .j19999 }}\n")),
        ),
        file(
            "extends that double",
            "u/nestling.yml",
            unit(&format!(".j0: {{ script: x }}\n{doubling}j: {{ extends: .j59 }}\n")),
        ),
        file(
            "references that double",
            "u/nestling.yml",
            unit(&format!(".r0: [x]\n{references}j: {{ script: [!reference [.r59]] }}\n")),
        ),
        file("needs of all", "u/nestling.yml", unit(&needs)),
        file(
            "a matrix of all",
            "u/nestling.yml",
            unit(&format!("j:\n  script: x\n  parallel:\n    matrix:\n      -\n{matrix}")),
        ),
        file("parallel a billion times", "u/nestling.yml", unit("j: { script: x, parallel: 1000000000 }\n")),
    ]
}

/// Mistakes by the thousand, each with a suggestion.
fn mistakes() -> Vec<FileBomb> {
    let lines = |line: &dyn Fn(usize) -> String| (0..4000).map(line).collect::<String>();
    vec![
        file(
            "keywords that are misspelled",
            "u/nestling.yml",
            unit(&lines(&|job| format!("j{job}: {{ scrpt: x }}\n"))),
        ),
        file(
            "extends of jobs that are not there",
            "u/nestling.yml",
            unit(&lines(&|job| format!(".a{job}: {{ extends: .x{job} }}\n"))),
        ),
        file(
            "needs of jobs that are not there",
            "u/nestling.yml",
            unit(&lines(&|job| format!("j{job}: {{ script: x, needs: [k{job}] }}\n"))),
        ),
    ]
}

fn conditions() -> Vec<FileBomb> {
    let condition = |part: &str, count: usize| {
        unit(&format!("j: {{ script: x, rules: [{{ if: '$A{}' }}] }}\n", part.repeat(count)))
    };
    vec![
        file("an expression of many or", "u/nestling.yml", condition(" || $A", 50_000)),
        file(
            "an expression of parentheses",
            "u/nestling.yml",
            unit(&format!(
                "j: {{ script: x, rules: [{{ if: '{}$A{}' }}] }}\n",
                "(".repeat(50_000),
                ")".repeat(50_000)
            )),
        ),
        file(
            "an expression of many variables",
            "u/nestling.yml",
            unit(&format!(
                "j: {{ script: x, rules: [{{ if: '{}' }}] }}\n",
                (0..200).map(|name| format!("$V{name} == \"a\"")).collect::<Vec<_>>().join(" || ")
            )),
        ),
        file(
            "many rules of many variables",
            "u/nestling.yml",
            unit(&format!(
                "j:\n  script: x\n  rules:\n{}",
                (0..300)
                    .map(|rule| format!(
                        "    - if: '$V{rule} == \"a\" && $W{rule} != null || $X{rule} =~ /a/'\n"
                    ))
                    .collect::<String>()
            )),
        ),
        file(
            "a pattern that repeats repetitions",
            "u/nestling.yml",
            unit("j: { script: x, rules: [{ if: '$A =~ /((((a{1000}){1000}){1000}){1000})/' }] }\n"),
        ),
        file(
            "a pattern of many groups",
            "u/nestling.yml",
            unit(&format!(
                "j: {{ script: x, rules: [{{ if: '$A =~ /{}a{}/' }}] }}\n",
                "(".repeat(10_000),
                ")*".repeat(10_000)
            )),
        ),
    ]
}

fn manifests() -> Vec<FileBomb> {
    let from = |name, kind: &str, path, text: String| FileBomb {
        name,
        workspace: format!("depends_from: [{kind}]\n"),
        file: (path, text),
    };
    vec![
        from(
            "package.json in depth",
            "npm",
            "u/package.json",
            format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)),
        ),
        from(
            "package.json with many names",
            "npm",
            "u/package.json",
            format!(
                "{{\"dependencies\":{{{}}}}}",
                (0..50_000).map(|name| format!("\"n{name}\":\"1\"")).collect::<Vec<_>>().join(",")
            ),
        ),
        from(
            "Cargo.toml in depth",
            "cargo",
            "u/Cargo.toml",
            format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        ),
        from("Chart.yaml of aliases", "helm", "u/Chart.yaml", aliases("")),
        from(
            "go.mod of many lines",
            "go",
            "u/go.mod",
            format!("module a\n{}", "require b v1.0.0\n".repeat(200_000)),
        ),
        from("pom.xml in depth", "maven", "u/pom.xml", format!("<project>{}", "<a>".repeat(300_000))),
        from("pom.xml of entities", "maven", "u/pom.xml", entities()),
        from(
            "pom.xml of properties in circles",
            "maven",
            "u/pom.xml",
            format!(
                "<project><artifactId>${{a}}</artifactId><properties><a>{0}</a></properties><dependencies>{1}</dependencies></project>",
                "${a}".repeat(2_000),
                "<dependency><groupId>${a}</groupId><artifactId>${a}</artifactId></dependency>".repeat(2_000)
            ),
        ),
        from("project file in depth", "dotnet", "u/a.csproj", format!("<Project>{}", "<a>".repeat(300_000))),
        from("tsconfig.json in depth", "typescript", "u/tsconfig.json", "[".repeat(1_000_000)),
        from("strings of HCL in depth", "terraform", "u/a.tf", format!("a = {}", "\"${f(".repeat(200_000))),
        from("blocks of HCL in depth", "terraform", "u/a.tf", "a {\n".repeat(300_000)),
        from("settings.gradle of quotes", "gradle", "settings.gradle", "include '".repeat(100_000)),
        from("settings.gradle of comments", "gradle", "settings.gradle", "include /*".repeat(100_000)),
        from("a Dockerfile of one instruction", "docker", "u/Dockerfile", "COPY a \\\n".repeat(200_000)),
        from("kustomization.yaml of aliases", "kustomize", "u/kustomization.yaml", aliases("")),
        from(
            "requirements.txt of itself",
            "python",
            "u/requirements.txt",
            "-r requirements.txt\n".repeat(20_000),
        ),
    ]
}

fn globs() -> Vec<FileBomb> {
    vec![
        workspace("a glob of braces", format!("ignore: [\"{}\"]\n", "{a,b}".repeat(40))),
        workspace(
            "a glob of braces in braces",
            format!("ignore: [\"{}x{}\"]\n", "{a,".repeat(5_000), "}".repeat(5_000)),
        ),
        workspace("a glob of stars", format!("ignore: [\"{}x\"]\n", "**/".repeat(5_000))),
        workspace("a glob of stars and letters", format!("ignore: [\"{}\"]\n", "*a".repeat(2_000))),
        workspace(
            "many globs",
            format!(
                "ignore: [{}]\n",
                (0..20_000).map(|name| format!("\"*{name}*\"")).collect::<Vec<_>>().join(", ")
            ),
        ),
        file(
            "a rule's glob of braces",
            "u/nestling.yml",
            unit(&format!("j: {{ script: x, rules: [{{ changes: [\"{}\"] }}] }}\n", "{a,b}".repeat(40))),
        ),
        file(
            "a unit's glob of braces",
            "u/nestling.yml",
            format!("unit: {{ changes: [\"{}\"] }}\n---\nj: {{ script: x }}\n", "{a,b}".repeat(40)),
        ),
    ]
}
