//! Versions of languages as images: what a setup action takes for a version, and the files that it reads one from.

/// A language that an action sets up.
pub(super) struct Language {
    pub action: &'static str,
    /// The input with its version. `X-file` names a file with it.
    pub input: &'static str,
    pub image: &'static str,
    /// The tag of the image if no version is given.
    pub default: &'static str,
}

pub(super) const LANGUAGES: [Language; 8] = [
    language("actions/setup-node", "node-version", "node", "lts"),
    language("actions/setup-python", "python-version", "python", "3"),
    language("actions/setup-go", "go-version", "golang", "1"),
    language("actions/setup-java", "java-version", "eclipse-temurin", "21"),
    language("actions/setup-dotnet", "dotnet-version", "mcr.microsoft.com/dotnet/sdk", "9.0"),
    language("ruby/setup-ruby", "ruby-version", "ruby", "3"),
    language("dtolnay/rust-toolchain", "toolchain", "rust", "1"),
    language("oven-sh/setup-bun", "bun-version", "oven/bun", "1"),
];

const fn language(
    action: &'static str,
    input: &'static str,
    image: &'static str,
    default: &'static str,
) -> Language {
    Language { action, input, image, default }
}

/// Words for a version, each with the tag of the image.
const WORDS: [(&str, &str, &str); 10] = [
    ("node", "lts/*", "lts"),
    ("node", "lts/-1", "lts"),
    ("node", "latest", "current"),
    ("node", "node", "current"),
    ("node", "current", "current"),
    ("node", "lts", "lts"),
    ("golang", "stable", "1"),
    ("oven/bun", "latest", "latest"),
    ("oven/bun", "canary", "canary"),
    ("ruby", "ruby", "3"),
];

/// Other implementations of a language, which have images of their own.
const OTHERS: [(&str, &str, &str); 3] =
    [("python", "pypy-", "pypy"), ("python", "pypy", "pypy"), ("ruby", "jruby-", "jruby")];

impl Language {
    /// Returns the image with a version as the action takes it; `None` if no image is known to have it, such as a version to come.
    pub(super) fn image_of(&self, version: &str) -> Option<String> {
        let version = version.trim();
        let of = |tag: &str| Some(format!("{}:{tag}", self.image));
        if version.contains('$') {
            return of(version);
        }
        if let Some((_, _, tag)) =
            WORDS.iter().find(|(image, word, _)| *image == self.image && *word == version)
        {
            return of(tag);
        }
        if let Some(name) = version.strip_prefix("lts/").filter(|_| self.image == "node") {
            return of(&format!("lts-{}", name.to_ascii_lowercase()));
        }
        let other = OTHERS.iter().find_map(|(image, prefix, other)| {
            Some((version.strip_prefix(prefix).filter(|_| *image == self.image)?, other))
        });
        if let Some((version, other)) = other {
            return numbers(version).map(|tag| format!("{other}:{tag}"));
        }
        // The newest one that satisfies it has the same first number, or the first two.
        let (rest, parts) = match version.split_at_checked(1) {
            Some(("^", rest)) => (rest, 1),
            Some(("~", rest)) => (rest, 2),
            _ => (version, usize::MAX),
        };
        if version.starts_with(">=") && !version.contains([',', ' ', '<']) {
            return of(self.default);
        }
        let tag = numbers(rest.trim_start_matches(['v', 'V']).trim_start_matches("ruby-"))?;
        let tag = tag.split('.').take(parts).collect::<Vec<_>>().join(".");
        // The tags of this image have two numbers or more.
        if self.image.ends_with("dotnet/sdk") && !tag.contains('.') {
            of(&format!("{tag}.0"))
        } else {
            of(&tag)
        }
    }

    /// Returns the version in a file that the action reads.
    pub(super) fn version_in(&self, path: &str, text: &str) -> Option<String> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let after = |word: &str| lines().find_map(|line| line.strip_prefix(word)).map(str::trim);
        let found = match name {
            "go.mod" | "go.work" => after("toolchain go").or_else(|| after("go "))?.to_owned(),
            "package.json" => {
                let json: serde_json::Value = serde_json::from_str(text).ok()?;
                let of = |key: &str| json.get(key)?.get("node")?.as_str();
                of("volta").or_else(|| of("engines"))?.to_owned()
            }
            "pyproject.toml" => {
                let line = after("requires-python")?;
                line.trim_start_matches([' ', '=']).trim_matches(['"', '\'']).to_owned()
            }
            ".tool-versions" => {
                let key = match self.image {
                    "node" => "nodejs ",
                    "golang" => "golang ",
                    "eclipse-temurin" => "java ",
                    "ruby" => "ruby ",
                    _ => "python ",
                };
                after(key)?.split_whitespace().next()?.to_owned()
            }
            _ => lines().next()?.to_owned(),
        };
        let is_short = !found.is_empty() && found.len() < 40;
        is_short.then_some(found)
    }
}

/// Returns a version of numbers, without the `x` that stands for any.
fn numbers(version: &str) -> Option<String> {
    let version = version.trim_end_matches(".x").trim_end_matches(".*");
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    version.split('.').all(is_number).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(image: &str) -> &'static Language {
        LANGUAGES.iter().find(|language| language.image.ends_with(image)).unwrap()
    }

    #[test]
    fn versions_are_images_that_exist() {
        for (image, version, expected) in [
            ("node", "20.x", Some("node:20")),
            ("node", "v22.1.0", Some("node:22.1.0")),
            ("node", "lts/*", Some("node:lts")),
            ("node", "lts/Iron", Some("node:lts-iron")),
            ("node", "latest", Some("node:current")),
            ("node", "^20.3.1", Some("node:20")),
            ("node", ">=18", Some("node:lts")),
            ("node", ">=18 <21", None),
            ("python", "3.13", Some("python:3.13")),
            ("python", "3.x", Some("python:3")),
            ("python", "~3.12.1", Some("python:3.12")),
            ("python", "pypy-3.10", Some("pypy:3.10")),
            ("python", "pypy3.11", Some("pypy:3.11")),
            ("python", "3.15-dev", None),
            ("python", "3.14t", None),
            ("python", "${PYTHON}", Some("python:${PYTHON}")),
            ("golang", "stable", Some("golang:1")),
            ("golang", "oldstable", None),
            ("dotnet/sdk", "8.x", Some("mcr.microsoft.com/dotnet/sdk:8.0")),
            ("dotnet/sdk", "8.0.x", Some("mcr.microsoft.com/dotnet/sdk:8.0")),
            ("ruby", "jruby-9.4", Some("jruby:9.4")),
            ("ruby", "ruby-3.3.1", Some("ruby:3.3.1")),
            ("ruby", "head", None),
        ] {
            assert_eq!(of(image).image_of(version).as_deref(), expected, "{image} {version}");
        }
    }

    #[test]
    fn versions_are_read_from_files() {
        for (image, path, text, expected) in [
            ("golang", "api/go.mod", "module a\n\ngo 1.23.4\n", Some("1.23.4")),
            ("golang", "go.mod", "go 1.23\ntoolchain go1.24.1\n", Some("1.24.1")),
            ("node", ".nvmrc", "# ours\nlts/iron\n", Some("lts/iron")),
            ("node", "package.json", "{ \"engines\": { \"node\": \">=20\" } }", Some(">=20")),
            (
                "node",
                "package.json",
                "{ \"engines\": { \"node\": \">=20\" }, \"volta\": { \"node\": \"20.1.0\" } }",
                Some("20.1.0"),
            ),
            ("node", "package.json", "{}", None),
            ("python", "pyproject.toml", "[project]\nrequires-python = \">=3.9\"\n", Some(">=3.9")),
            ("python", ".python-version", "3.12\n3.11\n", Some("3.12")),
            ("python", ".tool-versions", "nodejs 20.1.0\npython 3.12.1\n", Some("3.12.1")),
            ("ruby", ".ruby-version", "", None),
        ] {
            assert_eq!(of(image).version_in(path, text).as_deref(), expected, "{path}");
        }
    }
}
