//! Expressions in a script: tests and words of a shell.

use super::expression::{Expr, Variable};

/// Returns the words that hold if an expression does; `None` if a shell cannot ask for it.
pub(super) fn test(expression: &Expr) -> Option<String> {
    let each = |parts: &[Expr]| parts.iter().map(test).collect::<Option<Vec<String>>>();
    match expression {
        Expr::Bool(known) => Some(known.to_string()),
        Expr::Variable(Variable { name, is_flag: true, .. }) => {
            Some(format!("[ \"${{{name}:-false}}\" != \"false\" ]"))
        }
        Expr::Variable(Variable { name, .. }) => Some(format!("[ -n \"${name}\" ]")),
        Expr::Not(inner) => match inner.as_ref() {
            Expr::All(_) | Expr::Any(_) => Some(format!("! {{ {}; }}", test(inner)?)),
            Expr::Variable(Variable { name, is_flag: false, .. }) => Some(format!("[ -z \"${name}\" ]")),
            inner => Some(format!("! {}", test(inner)?)),
        },
        Expr::All(parts) => {
            let grouped = |part: (&Expr, String)| match part {
                (Expr::Any(_), text) => format!("{{ {text}; }}"),
                (_, text) => text,
            };
            let tests = each(parts)?;
            Some(parts.iter().zip(tests).map(grouped).collect::<Vec<_>>().join(" && "))
        }
        Expr::Any(parts) => {
            let grouped = |part: (&Expr, String)| match part {
                (Expr::All(_), text) => format!("{{ {text}; }}"),
                (_, text) => text,
            };
            let tests = each(parts)?;
            Some(parts.iter().zip(tests).map(grouped).collect::<Vec<_>>().join(" || "))
        }
        Expr::Compare { left, operator, right } => {
            let operator = match *operator {
                "==" => "=",
                "!=" => "!=",
                "<" => "-lt",
                "<=" => "-le",
                ">" => "-gt",
                ">=" => "-ge",
                _ => return None,
            };
            Some(format!("[ {} {operator} {} ]", quoted(left)?, quoted(right)?))
        }
        Expr::Call(name, arguments) => matches(&name.to_ascii_lowercase(), arguments),
        Expr::Joined(_) => Some(format!("[ -n {} ]", quoted(expression)?)),
        Expr::Text(_) | Expr::Context(_) | Expr::Unknown(_) => None,
    }
}

fn matches(function: &str, arguments: &[Expr]) -> Option<String> {
    let [whole, part] = arguments else { return None };
    let (whole, part) = (quoted(whole)?, quoted(part)?);
    Some(match function {
        "contains" => format!("case {whole} in *{part}*) ;; *) false ;; esac"),
        "startswith" => format!("case {whole} in {part}*) ;; *) false ;; esac"),
        "endswith" => format!("case {whole} in *{part}) ;; *) false ;; esac"),
        "listed" => format!("case \",{},\" in *\",{},\"*) ;; *) false ;; esac", bare(&whole), bare(&part)),
        _ => return None,
    })
}

fn bare(quoted: &str) -> &str {
    quoted.trim_matches('"')
}

/// Returns the value of an expression as a part of a word; `None` if a shell cannot compute it.
pub(super) fn word(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Text(text) => Some(text.clone()),
        Expr::Bool(known) => Some(known.to_string()),
        Expr::Variable(variable) => Some(format!("${{{}}}", variable.name)),
        Expr::Joined(parts) => parts.iter().map(word).collect(),
        // `a && 'x' || 'y'` chooses one of two values.
        Expr::Any(parts) => match parts.as_slice() {
            [Expr::All(chosen), other] => {
                let (value, conditions) = chosen.split_last()?;
                let conditions: Option<Vec<String>> = conditions.iter().map(test).collect();
                let (value, other) = (chosen_word(value)?, chosen_word(other)?);
                let test = conditions?.join(" && ");
                Some(format!("$(if {test}; then printf '%s' {value}; else printf '%s' {other}; fi)"))
            }
            [Expr::Variable(variable), other] if !variable.is_flag => {
                let other = word(other)
                    .filter(|text| !text.contains(['"', '\'', '`', '\\', '}']) || text.ends_with('}'))?;
                Some(format!("${{{}:-{other}}}", variable.name))
            }
            [Expr::Variable(variable), rest @ ..] if !variable.is_flag => {
                Some(format!("${{{}:-{}}}", variable.name, word(&Expr::Any(rest.to_vec()))?))
            }
            _ => truth(expression),
        },
        Expr::All(parts) => {
            let (value, conditions) = parts.split_last()?;
            if !matches!(value, Expr::Text(_) | Expr::Joined(_)) {
                return truth(expression);
            }
            let conditions: Option<Vec<String>> = conditions.iter().map(test).collect();
            let value = chosen_word(value)?;
            Some(format!(
                "$(if {}; then printf '%s' {value}; else printf false; fi)",
                conditions?.join(" && ")
            ))
        }
        Expr::Not(_) | Expr::Compare { .. } | Expr::Call(..) => truth(expression),
        Expr::Context(_) | Expr::Unknown(_) => None,
    }
}

/// Returns a value that is chosen, in double quotes.
fn chosen_word(value: &Expr) -> Option<String> {
    match value {
        Expr::Text(text) => quoted(&Expr::Text(unquoted(text))),
        value => quoted(value),
    }
}

/// Returns a string without quotes that a shell would take away.
pub(super) fn unquoted(text: &str) -> String {
    let is_plain = !text.contains(|c: char| c.is_whitespace() || matches!(c, '\\' | '$' | '`'));
    let is_even = ['"', '\''].iter().all(|quote| text.matches(*quote).count() % 2 == 0);
    if is_plain && is_even { text.replace(['"', '\''], "") } else { text.to_owned() }
}

/// Returns `true` or `false`, as a condition is written to a string.
fn truth(condition: &Expr) -> Option<String> {
    Some(format!("$(if {}; then printf true; else printf false; fi)", test(condition)?))
}

/// Returns a value in double quotes.
pub(super) fn quoted(expression: &Expr) -> Option<String> {
    let part = |part: &Expr| match part {
        Expr::Text(text) => Some(escaped(text)),
        part => word(part),
    };
    let inside = match expression {
        Expr::Joined(parts) => parts.iter().map(part).collect::<Option<String>>()?,
        other => part(other)?,
    };
    Some(format!("\"{inside}\""))
}

/// Returns a string for double quotes of a shell, which expand variables alone.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`")
}

/// Returns a value as GitLab expands it in a keyword; `None` if it has to be computed.
pub(super) fn plain(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Text(_) | Expr::Bool(_) | Expr::Variable(_) => word(expression),
        Expr::Joined(parts) => parts.iter().map(plain).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::expression::parse;
    use crate::github::scope::Scope;

    fn resolved(text: &str) -> Expr {
        Scope::default().resolve(&parse(text).unwrap())
    }

    #[test]
    fn conditions_are_tests_of_a_shell() {
        for (text, expected) in [
            ("matrix.os == 'ubuntu-latest'", "[ \"${OS}\" = \"ubuntu-latest\" ]"),
            ("matrix.node != '20.x'", "[ \"${NODE}\" != \"20\" ]"),
            (
                "!(matrix.a == '1' && matrix.b)",
                "! { [ \"${A}\" = \"1\" ] && [ \"${B:-false}\" != \"false\" ]; }",
            ),
            (
                "github.ref == 'refs/heads/main' && env.TOKEN != ''",
                "[ \"${CI_COMMIT_BRANCH}\" = \"main\" ] && [ \"${TOKEN}\" != \"\" ]",
            ),
            ("vars.A || vars.B && vars.C", "[ -n \"$A\" ] || { [ -n \"$B\" ] && [ -n \"$C\" ]; }"),
            (
                "endsWith(github.ref_name, '-rc')",
                "case \"${CI_COMMIT_REF_NAME}\" in *\"-rc\") ;; *) false ;; esac",
            ),
            ("runner.os == 'Linux' && matrix.n >= 3", "[ \"${N}\" -ge \"3\" ]"),
        ] {
            assert_eq!(test(&resolved(text)).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(resolved("runner.os == 'Windows' && steps.a.outcome == 'success'"), Expr::Bool(false));
        assert_eq!(test(&resolved("steps.a.outcome == 'success'")), None);
    }

    #[test]
    fn values_are_words_of_a_shell() {
        for (text, expected) in [
            (
                "matrix.a == 'x' && '--all' || ''",
                "$(if [ \"${A}\" = \"x\" ]; then printf '%s' \"--all\"; else printf '%s' \"\"; fi)",
            ),
            ("vars.A || 'b'", "${A:-b}"),
            ("format('{0}-{1}', matrix.a, github.sha)", "${A}-${CI_COMMIT_SHA}"),
            (
                "github.ref_name == 'main'",
                "$(if [ \"${CI_COMMIT_REF_NAME}\" = \"main\" ]; then printf true; else printf false; fi)",
            ),
        ] {
            assert_eq!(word(&resolved(text)).as_deref(), Some(expected), "{text}");
        }
    }
}
