//! Values of variables that no report may hold. GitLab masks them in logs, and nowhere else.

/// Parts of the names of variables whose values are secrets.
const NAME_PARTS: [&str; 13] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "PRIVATE",
    "AUTH",
    "KEY",
    "JWT",
    "COOKIE",
    "SIGNATURE",
    "WEBHOOK",
];

/// The least length of a secret, as of GitLab's masked variables
/// (<https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable>). Shorter values are also words.
const LEAST_LENGTH: usize = 8;

/// Values of variables that are secret by their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    /// The longest first: one may be a part of another.
    values: Vec<String>,
}

impl Secrets {
    /// Takes the secrets among variables.
    pub(crate) fn among<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        let secret = variables.into_iter().filter(|(name, _)| is_secret(name));
        // A key in a file of its own has many lines, each of which is printed by itself.
        let lines = secret.flat_map(|(_, value)| value.lines().map(str::trim));
        let mut values: Vec<String> =
            lines.filter(|line| line.len() >= LEAST_LENGTH).map(str::to_owned).collect();
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self { values }
    }

    /// Returns what a program printed without secrets, and without credentials in URLs and headers.
    pub(crate) fn masked(&self, printed: &str) -> String {
        let masked = self.values.iter().fold(printed.to_owned(), |text, value| text.replace(value, "***"));
        masked.lines().map(nestling_git::without_credentials).collect::<Vec<_>>().join("\n")
    }
}

fn is_secret(name: &str) -> bool {
    // An author is no authorization.
    let name = name.to_ascii_uppercase().replace("AUTHOR", "");
    NAME_PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_by_name_and_credentials_are_masked() {
        let secrets = Secrets::among([
            ("DB_PASSWORD", "correct horse"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUt/bPxRfi"),
            ("deploy_token", "correct horse battery"),
            ("SIGNING_KEY", "-----BEGIN-----\nMIIBVgIBADANBg\n-----END-----\n"),
            ("SHORT_TOKEN", "abc"),
            ("REGION", "eu-central-1"),
        ]);
        for (printed, expected) in [
            ("no: correct horse battery!", "no: ***!"),
            ("no: correct horse", "no: ***"),
            ("a\nwJalrXUt/bPxRfi in eu-central-1", "a\n*** in eu-central-1"),
            ("line MIIBVgIBADANBg", "line ***"),
            ("abc", "abc"),
            ("GET https://u:p@h/a?sig=1 401", "GET https://***@h/a?*** 401"),
        ] {
            assert_eq!(secrets.masked(printed), expected);
        }
    }
}
