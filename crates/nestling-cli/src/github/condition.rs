//! Conditions of jobs as `rules:if` of a child pipeline.

use super::context::{Value, value};
use crate::import::{all_of, any_of, in_child};

/// A condition that GitLab can decide when it creates the pipeline, and the way to start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// The expression; `None` if it always holds.
    pub expression: Option<String>,
    /// `always` or `on_failure`, from `always()` and `failure()`.
    pub when: Option<&'static str>,
}

/// Reads a condition; `None` if GitLab cannot ask for it.
pub(super) fn condition(text: &str) -> Option<Condition> {
    let text = text.trim();
    let inside = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(text);
    let tokens = tokens(inside)?;
    let mut parser = Parser { tokens: &tokens, position: 0, depth: 0, when: None };
    let expression = parser.any()?;
    let is_whole = parser.position == tokens.len();
    is_whole.then_some(Condition { expression: expression.0, when: parser.when })
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Operator(&'static str),
}

/// Operators of expressions; one that begins with another precedes it.
const OPERATORS: [&str; 8] = ["&&", "||", "==", "!=", "!", "(", ")", ","];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let operator = OPERATORS.into_iter().find(|known| rest.starts_with(known));
        if let Some(operator) = operator {
            tokens.push(Token::Operator(operator));
            rest = rest[operator.len()..].trim_start();
            continue;
        }
        if first == '\'' {
            let (text, behind) = rest[1..].split_once('\'')?;
            tokens.push(Token::Text(text.to_owned()));
            rest = behind.trim_start();
            continue;
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        tokens.push(Token::Word(rest[..end].to_owned()));
        rest = rest[end..].trim_start();
    }
    Some(tokens)
}

/// An expression; `None` inside if it always holds.
struct Part(Option<String>);

struct Parser<'t> {
    tokens: &'t [Token],
    position: usize,
    /// Number of open parentheses.
    depth: usize,
    when: Option<&'static str>,
}

/// Conditions with more open parentheses than this are not read.
const DEPTH: usize = 50;

impl Parser<'_> {
    fn takes(&mut self, operator: &str) -> bool {
        let next = self.tokens.get(self.position);
        let is_next = matches!(next, Some(Token::Operator(known)) if *known == operator);
        self.position += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Option<Part> {
        let outer = self.when.take();
        let mut parts = vec![self.all()?];
        while self.takes("||") {
            parts.push(self.all()?);
        }
        if parts.len() > 1 && self.when.is_some() {
            // `failure()` is one of several reasons to start, as in `success() || failure()`.
            self.when = Some("always");
        }
        self.when = self.when.or(outer);
        let parts: Option<Vec<String>> = parts.into_iter().map(|part| part.0).collect();
        Some(Part(parts.and_then(|parts| any_of(&parts))))
    }

    fn all(&mut self) -> Option<Part> {
        let mut parts = vec![self.single()?];
        while self.takes("&&") {
            parts.push(self.single()?);
        }
        Some(Part(all_of(parts.into_iter().filter_map(|part| part.0))))
    }

    fn single(&mut self) -> Option<Part> {
        if self.takes("(") {
            self.depth += 1;
            let inner = if self.depth > DEPTH { None } else { self.any() };
            self.depth -= 1;
            return inner.filter(|_| self.takes(")"));
        }
        let Token::Word(word) = self.tokens.get(self.position)?.clone() else { return None };
        self.position += 1;
        if self.takes("(") {
            return self.function(&word);
        }
        for (operator, is_equal) in [("==", true), ("!=", false)] {
            if self.takes(operator) {
                let Token::Text(text) = self.tokens.get(self.position)?.clone() else { return None };
                self.position += 1;
                return Some(Part(Some(compared(&word, is_equal, &text)?)));
            }
        }
        match value(&word)? {
            Value::Variable(name) => Some(Part(Some(format!("${name}")))),
            Value::Text(_) => None,
        }
    }

    fn function(&mut self, name: &str) -> Option<Part> {
        match name {
            "always" | "failure" | "success" => {
                if name != "success" {
                    self.when = Some(if name == "always" { "always" } else { "on_failure" });
                }
                self.takes(")").then_some(Part(None))
            }
            "startsWith" | "contains" => {
                let Token::Word(context) = self.tokens.get(self.position)?.clone() else { return None };
                self.position += 1;
                let Token::Text(text) = self.takes(",").then(|| self.tokens.get(self.position))??.clone()
                else {
                    return None;
                };
                self.position += 1;
                let part = beginning(&context, &text, name == "startsWith")?;
                self.takes(")").then_some(Part(Some(part)))
            }
            _ => None,
        }
    }
}

/// Returns the comparison of a context with a string.
fn compared(context: &str, is_equal: bool, text: &str) -> Option<String> {
    if text.contains(['"', '$']) {
        return None;
    }
    let operator = if is_equal { "==" } else { "!=" };
    match context {
        "github.ref" => {
            let (variable, name) = reference(text)?;
            Some(format!("${variable} {operator} \"{name}\""))
        }
        "github.event_name" => {
            let source = source_of_event(text)?;
            Some(in_child(&format!("$CI_PIPELINE_SOURCE {operator} \"{source}\"")))
        }
        "github.ref_type" => Some(match (text, is_equal) {
            ("tag", true) => "$CI_COMMIT_TAG".to_owned(),
            // The type of a pull request is `branch` as well.
            ("branch", true) => "$CI_COMMIT_TAG == null".to_owned(),
            _ => return None,
        }),
        // The name of the repository is another one here.
        "github.repository" | "github.repository_owner" | "github.actor" => None,
        context => match value(context)? {
            Value::Variable(name) => Some(format!("${name} {operator} \"{text}\"")),
            Value::Text(_) => None,
        },
    }
}

/// Returns the variable of a full reference with its name.
fn reference(text: &str) -> Option<(&'static str, &str)> {
    let branch = text.strip_prefix("refs/heads/").map(|name| ("CI_COMMIT_BRANCH", name));
    branch.or_else(|| text.strip_prefix("refs/tags/").map(|name| ("CI_COMMIT_TAG", name)))
}

/// Returns `CI_PIPELINE_SOURCE` of the pipelines of an event.
pub(super) fn source_of_event(event: &str) -> Option<&'static str> {
    Some(match event {
        "push" => "push",
        "pull_request" => "merge_request_event",
        "schedule" => "schedule",
        "workflow_dispatch" => "web",
        "repository_dispatch" => "trigger",
        _ => return None,
    })
}

fn beginning(context: &str, text: &str, is_start: bool) -> Option<String> {
    let escaped = |text: &str| regex::escape(text).replace('/', "\\/");
    let anchor = if is_start { "^" } else { "" };
    if context == "github.ref" && is_start {
        let (variable, name) = reference(text)?;
        return Some(match name {
            "" => format!("${variable}"),
            name => format!("${variable} =~ /^{}/", escaped(name)),
        });
    }
    match value(context)? {
        Value::Variable(name) if context != "github.ref" => {
            Some(format!("${name} =~ /{anchor}{}/", escaped(text)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_asked_for_in_words_of_a_child() {
        for (written, expected, when) in [
            ("github.ref == 'refs/heads/main'", Some("$CI_COMMIT_BRANCH == \"main\""), None),
            ("${{ startsWith(github.ref, 'refs/tags/v') }}", Some("$CI_COMMIT_TAG =~ /^v/"), None),
            ("github.event_name == 'pull_request'", Some("$CI_MERGE_REQUEST_IID"), None),
            (
                "github.event_name != 'schedule' && (github.ref_name == 'a' || vars.DEPLOY)",
                Some("$PARENT_PIPELINE_SOURCE != \"schedule\" && ($CI_COMMIT_REF_NAME == \"a\" || $DEPLOY)"),
                None,
            ),
            (
                "github.ref_name == 'a' && ((vars.A || vars.B) || (vars.C || vars.D))",
                Some("$CI_COMMIT_REF_NAME == \"a\" && ($A || $B || $C || $D)"),
                None,
            ),
            ("github.ref_type == 'branch'", Some("$CI_COMMIT_TAG == null"), None),
            ("always()", None, Some("always")),
            ("failure() && (vars.A || vars.B)", Some("$A || $B"), Some("on_failure")),
            ("success() || failure()", None, Some("always")),
            ("failure() || vars.A", None, Some("always")),
            ("failure() && github.ref_type == 'tag'", Some("$CI_COMMIT_TAG"), Some("on_failure")),
        ] {
            let found = condition(written).unwrap();
            assert_eq!((found.expression.as_deref(), found.when), (expected, when), "{written}");
        }
        for unknown in
            ["github.actor != 'dependabot[bot]'", "steps.a.outcome == 'success'", "!cancelled()", "a b"]
        {
            assert_eq!(condition(unknown), None, "{unknown}");
        }
        assert_eq!(condition(&"(".repeat(100_000)), None);
    }
}
