//! The names of Dockerfiles: `Dockerfile`, `Containerfile`, and either with something before or behind it.

use std::collections::BTreeSet;

/// Ends of files that are not Dockerfiles, but belong to one, or become one.
const OTHERS: [&str; 36] = [
    ".dockerignore",
    ".j2",
    ".jinja",
    ".jinja2",
    ".tmpl",
    ".tpl",
    ".template",
    ".erb",
    ".in",
    ".m4",
    ".md",
    ".txt",
    ".bak",
    ".orig",
    ".sh",
    ".example",
    ".sample",
    ".tt",
    ".hbs",
    ".ejs",
    ".mustache",
    ".liquid",
    ".gotmpl",
    ".handlebars",
    ".rb",
    ".py",
    ".go",
    ".rs",
    ".ts",
    ".js",
    ".json",
    ".yml",
    ".yaml",
    ".html",
    ".patch",
    ".lock",
];

/// Words in names of Dockerfiles that are for people at their desks, or for tests.
const DEVELOPMENT: [&str; 13] = [
    "dev",
    "development",
    "devcontainer",
    "local",
    "debug",
    "test",
    "tests",
    "testing",
    "e2e",
    "ci",
    "playwright",
    "cypress",
    "selenium",
];

/// Words in names of those that are for production.
const PRODUCTION: [&str; 4] = ["prod", "production", "release", "prd"];

/// The Dockerfiles of a directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dockerfiles<'n> {
    /// The Dockerfile that the directory's unit builds, if the choice is clear.
    pub own: Option<&'n str>,
    /// Others that are for production, or for some part of it.
    pub others: Vec<&'n str>,
    /// Dockerfiles for development and tests.
    pub development: Vec<&'n str>,
}

/// Returns true for the name of a Dockerfile.
pub(super) fn is_dockerfile(name: &str) -> bool {
    // In lower case it is a Dockerfile alone or as an end: `dockerfile.ex` is code.
    let is_known = |part: &str| matches!(part, "Dockerfile" | "Containerfile");
    let is_end = |part: &str| is_known(part) || matches!(part, "dockerfile" | "containerfile");
    let has_other_end = OTHERS.iter().any(|end| name.ends_with(end));
    let first = name.split('.').next().unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    !has_other_end && (is_known(first) || is_end(last))
}

/// Chooses among the files of a directory: a plain name, or else the one for production, or else the only one.
pub(super) fn chosen(names: &BTreeSet<String>) -> Dockerfiles<'_> {
    let words = |name: &str| -> Vec<String> {
        name.to_lowercase().split(['.', '-', '_']).map(str::to_owned).collect()
    };
    let has_word = |name: &str, known: &[&str]| words(name).iter().any(|word| known.contains(&word.as_str()));
    let all: Vec<&str> = names.iter().map(String::as_str).filter(|name| is_dockerfile(name)).collect();
    let (development, others): (Vec<&str>, Vec<&str>) =
        all.into_iter().partition(|name| has_word(name, &DEVELOPMENT) && !has_word(name, &PRODUCTION));
    let plain = ["Dockerfile", "Containerfile", "dockerfile", "containerfile"];
    let plain = plain.into_iter().find_map(|name| others.iter().copied().find(|other| *other == name));
    let production: Vec<&str> = others.iter().copied().filter(|name| has_word(name, &PRODUCTION)).collect();
    let own = match (plain, production.as_slice(), others.as_slice()) {
        (Some(plain), ..) => Some(plain),
        (None, [only], _) | (None, [], [only]) => Some(*only),
        _ => None,
    };
    let others = others.into_iter().filter(|name| Some(*name) != own).collect();
    Dockerfiles { own, others, development }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_comes_before_one_for_production_and_the_only_other() {
        for (names, own, others, development) in [
            ("Dockerfile Dockerfile.dev", "Dockerfile", "", "Dockerfile.dev"),
            ("Dockerfile.prod Dockerfile.dev", "Dockerfile.prod", "", "Dockerfile.dev"),
            ("Dockerfile.production Dockerfile.worker", "Dockerfile.production", "Dockerfile.worker", ""),
            ("api.Dockerfile", "api.Dockerfile", "", ""),
            ("api.Dockerfile web.Dockerfile", "", "api.Dockerfile web.Dockerfile", ""),
            ("Containerfile Containerfile.debug", "Containerfile", "", "Containerfile.debug"),
            ("Dockerfile.dev", "", "", "Dockerfile.dev"),
            ("Dockerfile.playwright", "", "", "Dockerfile.playwright"),
            ("Dockerfile.j2 Dockerfile.dockerignore Dockerfile.md Dockerfiles", "", "", ""),
            ("app.dockerfile dockerfile.ex", "app.dockerfile", "", ""),
        ] {
            let all: BTreeSet<String> = names.split(' ').map(str::to_owned).collect();
            let chosen = chosen(&all);
            let names_by_part =
                (chosen.own.unwrap_or_default(), chosen.others.join(" "), chosen.development.join(" "));
            assert_eq!(names_by_part, (own, others.to_owned(), development.to_owned()), "{names}");
        }
    }
}
