//! Programs that run the command behind them.

/// Programs that run another command, with the verbs that it follows; without verbs it follows the program.
const WRAPPERS: [(&str, &[&str]); 39] = [
    ("env", &[]),
    ("cross-env", &[]),
    ("cross-env-shell", &[]),
    ("dotenv", &[]),
    ("dotenvx", &["run"]),
    ("doppler", &["run"]),
    ("op", &["run"]),
    ("infisical", &["run"]),
    ("sudo", &[]),
    ("time", &[]),
    ("nice", &[]),
    ("nohup", &[]),
    ("exec", &[]),
    ("eval", &[]),
    ("command", &[]),
    ("xvfb-run", &[]),
    ("xargs", &[]),
    ("npx", &[]),
    ("bunx", &[]),
    ("pnpx", &[]),
    ("pnpm", &["exec", "dlx"]),
    ("yarn", &["exec", "dlx"]),
    ("npm", &["exec", "x"]),
    ("bun", &["x"]),
    ("lerna", &["exec"]),
    ("corepack", &[]),
    ("uv", &["run"]),
    ("uvx", &[]),
    ("pipx", &["run"]),
    ("poetry", &["run"]),
    ("pdm", &["run"]),
    ("hatch", &["run"]),
    ("rye", &["run"]),
    ("pipenv", &["run"]),
    ("bundle", &["exec"]),
    ("mise", &["exec"]),
    ("python", &["-m"]),
    ("python3", &["-m"]),
    ("retry", &[]),
];

/// Options of these that have a value behind them.
const WITH_VALUE: [&str; 9] =
    ["-p", "-e", "-f", "--package", "--with", "--env-file", "--from", "-n", "--python"];

/// A command without the wrapper before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unwrapped<'w> {
    /// Its program without directories, and its arguments.
    pub words: Vec<&'w str>,
    /// The path of its program, if it is called by one.
    pub path: Option<&'w str>,
    /// True if a runner of Python's projects looks for a script of its own by this name first.
    pub may_be_task: bool,
}

/// Takes settings of variables and wrappers away.
pub(super) fn unwrapped<'w>(words: &'w [String]) -> Option<Unwrapped<'w>> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut may_be_task = false;
    loop {
        while words.first().is_some_and(|word| is_setting(word)) {
            words.remove(0);
        }
        let program = *words.first()?;
        let wrapper = WRAPPERS.iter().find(|(name, verbs)| {
            *name == program && (verbs.is_empty() || words.get(1).is_some_and(|verb| verbs.contains(verb)))
        });
        let Some((name, verbs)) = wrapper else { break };
        may_be_task |= ["pdm", "hatch", "rye", "pipenv", "uv"].contains(name);
        let mut rest = words.split_off(if verbs.is_empty() { 1 } else { 2 });
        while let Some(option) = rest.first().copied().filter(|word| word.starts_with('-')) {
            let count = if WITH_VALUE.contains(&option) { 2 } else { 1 };
            rest.drain(..count.min(rest.len()));
        }
        words = rest;
    }
    let program = *words.first()?;
    let path = program.contains('/').then_some(program);
    words[0] = program.rsplit('/').next().unwrap_or(program);
    Some(Unwrapped { words, path, may_be_task })
}

fn is_setting(word: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    word == "export" || word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_command_is_taken_away() {
        for (text, expected) in [
            ("NODE_ENV=x CI=1 vitest run", "vitest run"),
            ("cross-env A=b npx --yes -p x vite build", "vite build"),
            ("pnpm exec tsc -p x", "tsc -p x"),
            ("pnpm run x", "pnpm run x"),
            ("poetry run python -m twine upload x", "twine upload x"),
            ("uv run --with x pytest", "pytest"),
            ("./node_modules/.bin/jest --ci", "jest --ci"),
            ("dotenv -e .env -- next build", "next build"),
            ("python manage.py test", "python manage.py test"),
        ] {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            assert_eq!(unwrapped(&words).unwrap().words.join(" "), expected, "{text}");
        }
        assert_eq!(unwrapped(&["A=b".to_owned()]), None);
    }
}
