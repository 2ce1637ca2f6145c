//! The files in which asdf and mise keep the versions of tools
//! (<https://asdf-vm.com/manage/configuration.html>, <https://mise.jdx.dev/configuration.html>).

use toml::{Table, Value};

/// The files, those of mise first, which reads the other as well.
pub(super) const FILES: [&str; 3] = ["mise.toml", ".mise.toml", ".tool-versions"];

/// Returns the version that a file states for a tool of one of these names.
///
/// Words such as `latest` and `system` state none.
pub(super) fn version(file_name: &str, text: &str, names: &[&str]) -> Option<String> {
    let version = if file_name == ".tool-versions" { of_asdf(text, names) } else { of_mise(text, names) }?;
    version.chars().any(|c| c.is_ascii_digit()).then_some(version).filter(|version| !version.contains(':'))
}

fn of_asdf(text: &str, names: &[&str]) -> Option<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut stated = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    stated.find(|(name, _)| names.contains(name)).map(|(_, version)| version.to_owned())
}

fn of_mise(text: &str, names: &[&str]) -> Option<String> {
    let settings = text.parse::<Table>().ok()?;
    let tools = settings.get("tools")?.as_table()?;
    let stated = names.iter().find_map(|name| tools.get(*name))?;
    first_version(stated)
}

/// Returns a version, that of a table, or the first of a list.
fn first_version(stated: &Value) -> Option<String> {
    match stated {
        Value::String(version) => Some(version.clone()),
        Value::Integer(version) => Some(version.to_string()),
        Value::Float(version) => Some(version.to_string()),
        Value::Array(versions) => first_version(versions.first()?),
        Value::Table(table) => first_version(table.get("version")?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_tools_are_read_from_both_kinds_of_files() {
        let asdf = "# tools\nnodejs 20.11.0 18.0.0\npython   3.11.4 # as in production\njava temurin-17.0.9+9\nruby system\n";
        let mise = "[tools]\nnode = '20'\npython = ['3.11', '3.12']\njava = { version = 'temurin-17' }\ngo = 'latest'\n";
        for (file, text, names, expected) in [
            (".tool-versions", asdf, &["nodejs", "node"][..], Some("20.11.0")),
            (".tool-versions", asdf, &["python"], Some("3.11.4")),
            (".tool-versions", asdf, &["java"], Some("temurin-17.0.9+9")),
            (".tool-versions", asdf, &["ruby"], None),
            (".tool-versions", asdf, &["golang"], None),
            ("mise.toml", mise, &["nodejs", "node"], Some("20")),
            ("mise.toml", mise, &["python"], Some("3.11")),
            ("mise.toml", mise, &["java"], Some("temurin-17")),
            ("mise.toml", mise, &["go"], None),
            ("mise.toml", "tools = 1", &["go"], None),
        ] {
            assert_eq!(version(file, text, names).as_deref(), expected, "{file} {names:?}");
        }
    }
}
