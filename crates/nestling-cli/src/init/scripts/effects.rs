//! Commands that a proposed job must not run: those that publish or deploy, and those that do not end.

mod table;

use table::{HARMLESS, PUBLISHING, REMOTE, Row, WAITING, WAITING_OPTIONS, WATCHING};

/// An effect for which no job is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EffectKind {
    /// It changes something outside of the job.
    Publishes,
    /// It runs until somebody stops it.
    Waits,
}

/// Returns the effect of a command, whose first word is its program.
pub(super) fn effect(words: &[&str]) -> Option<EffectKind> {
    let (program, arguments) = words.split_first()?;
    let is_harmless = |word: &&str| HARMLESS.contains(&word.split('=').next().unwrap_or_default());
    if arguments.iter().any(is_harmless) {
        return None;
    }
    let rows = PUBLISHING.iter().chain(&REMOTE);
    if has_row(rows, program, arguments) || changes_cloud(program, arguments) || sends(program, arguments) {
        return Some(EffectKind::Publishes);
    }
    let is_off = arguments.windows(2).any(|pair| WAITING_OPTIONS.contains(&pair[0]) && pair[1] == "false")
        || arguments.iter().any(|word| word.ends_with("watch=false") || *word == "--no-watch");
    let watches = arguments.iter().any(|word| WAITING_OPTIONS.contains(word))
        || (WATCHING.contains(program) && arguments.contains(&"-w"));
    let is_waiting = watches || has_row(WAITING.iter(), program, arguments) || serves(program, arguments);
    (is_waiting && !is_off).then_some(EffectKind::Waits)
}

fn has_row<'r>(mut rows: impl Iterator<Item = &'r Row>, program: &str, arguments: &[&str]) -> bool {
    rows.any(|(name, verbs)| *name == program && verbs.iter().any(|verb| is_verb(verb, arguments)))
}

/// Returns true if a verb is among the arguments, behind options at most. The word behind an option may be its value or the verb.
fn is_verb(verb: &str, arguments: &[&str]) -> bool {
    if verb.starts_with('-') {
        return arguments.contains(&verb);
    }
    let is_option = |word: &str| word.starts_with(['-', '+']);
    if verb.is_empty() {
        let is_value = |index: usize| index > 0 && is_option(arguments[index - 1]);
        let mut plain =
            arguments.iter().enumerate().filter(|(index, word)| !is_option(word) && !is_value(*index));
        return plain.next().is_none();
    }
    let (first, second) = verb.split_once(' ').unwrap_or((verb, ""));
    for (index, word) in arguments.iter().enumerate().filter(|(_, word)| !is_option(word)) {
        let is_second = || second.is_empty() || arguments[index + 1..].contains(&second);
        if fits(first, word) && is_second() {
            return true;
        }
        if index == 0 || !is_option(arguments[index - 1]) {
            return false;
        }
    }
    false
}

/// Returns true if a word is a pattern with `*` first, last, both or nowhere.
fn fits(pattern: &str, word: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => word.contains(rest.trim_end_matches('*')),
        (Some(end), None) => word.ends_with(end),
        (None, Some(start)) => word.starts_with(start),
        (None, None) => word == pattern,
    }
}

/// Beginnings of the names of operations of `aws` and `az` that only read.
const READING: [&str; 8] = ["get", "list", "describe", "show", "ls", "help", "wait", "login"];

/// Verbs of `gcloud` that change something.
const CHANGING: [&str; 7] = ["deploy", "submit", "create", "delete", "update", "cp", "rsync"];

/// Returns true for a command of a cloud that does more than read.
fn changes_cloud(program: &str, arguments: &[&str]) -> bool {
    if program == "gcloud" {
        return arguments.iter().any(|word| CHANGING.contains(word));
    }
    if !["aws", "az"].contains(&program) {
        return false;
    }
    let mut verbs = arguments.iter().filter(|word| !word.starts_with('-'));
    let operation = verbs.nth(1);
    operation.is_some_and(|operation| !READING.iter().any(|verb| operation.starts_with(verb)))
}

/// Returns true for a command that sends something to another machine.
fn sends(program: &str, arguments: &[&str]) -> bool {
    let options =
        ["-T", "--upload-file", "-F", "--form", "-d", "--data", "--data-binary", "--data-raw", "--json"];
    let has_method = arguments.windows(2).any(|pair| {
        ["-X", "--request"].contains(&pair[0]) && ["POST", "PUT", "PATCH", "DELETE"].contains(&pair[1])
    });
    match program {
        "curl" => has_method || arguments.iter().any(|word| options.contains(word)),
        "rsync" => arguments.iter().any(|word| !word.starts_with('-') && word.contains(':')),
        "electron-builder" => {
            arguments.windows(2).any(|pair| pair == ["--publish", "always"] || pair == ["-p", "always"])
        }
        _ => false,
    }
}

/// Returns true for a command that serves, by its arguments.
fn serves(program: &str, arguments: &[&str]) -> bool {
    let has = |word: &str| arguments.contains(&word);
    match program {
        "python" | "python3" => has("runserver"),
        "manage.py" => has("runserver"),
        "php" => has("-S") || (has("artisan") && has("serve")),
        "docker" | "docker-compose" => {
            has("up")
                && !["-d", "--detach", "--wait", "--exit-code-from", "--abort-on-container-exit"]
                    .iter()
                    .any(|word| has(word))
        }
        "tail" => has("-f") || has("-F"),
        "sleep" => has("infinity"),
        "cargo" => has("watch"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_publish_or_do_not_end_are_known_and_their_relatives_are_not() {
        for (command, expected) in [
            ("npm publish --access public", Some(EffectKind::Publishes)),
            ("npm publish --dry-run", None),
            ("pnpm --filter a publish", Some(EffectKind::Publishes)),
            ("yarn npm publish", Some(EffectKind::Publishes)),
            ("git -C x push origin", Some(EffectKind::Publishes)),
            ("git commit -m push", None),
            ("docker push x", Some(EffectKind::Publishes)),
            ("docker buildx build --push .", Some(EffectKind::Publishes)),
            ("docker build .", None),
            ("kubectl -n prod apply -f x", Some(EffectKind::Publishes)),
            ("kubectl --debug apply", Some(EffectKind::Publishes)),
            ("kubectl get pods", None),
            ("helm --kube-context x upgrade", Some(EffectKind::Publishes)),
            ("helm lint", None),
            ("terraform apply -auto-approve", Some(EffectKind::Publishes)),
            ("terraform validate", None),
            ("sls deploy", Some(EffectKind::Publishes)),
            ("wrangler pages deploy x", Some(EffectKind::Publishes)),
            ("wrangler types", None),
            ("vercel", Some(EffectKind::Publishes)),
            ("vercel build", None),
            ("aws s3 sync x y", Some(EffectKind::Publishes)),
            ("aws sts get-caller-identity", None),
            ("rsync -a x host:/y", Some(EffectKind::Publishes)),
            ("rsync -a x y", None),
            ("curl -X POST https://example.com", Some(EffectKind::Publishes)),
            ("curl -fsSL https://example.com", None),
            ("gradlew :lib:publishToMavenLocal", Some(EffectKind::Publishes)),
            ("gradlew check", None),
            ("gcloud run deploy x", Some(EffectKind::Publishes)),
            ("vitest", None),
            ("vitest run", None),
            ("vitest --watch", Some(EffectKind::Waits)),
            ("vitest --watch=false", None),
            ("jest --watch", Some(EffectKind::Waits)),
            ("tsc -w", Some(EffectKind::Waits)),
            ("prettier -w .", None),
            ("nodemon x.js", Some(EffectKind::Waits)),
            ("vite", Some(EffectKind::Waits)),
            ("vite --port 1", Some(EffectKind::Waits)),
            ("vite build", None),
            ("next build", None),
            ("ng test --watch=false", None),
            ("ng test", Some(EffectKind::Waits)),
            ("docker compose up -d", None),
            ("docker compose up", Some(EffectKind::Waits)),
            ("python manage.py runserver", Some(EffectKind::Waits)),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(effect(&words), expected, "{command}");
        }
    }
}
