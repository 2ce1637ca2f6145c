//! Strings with expressions: as values of keywords, and as scripts.

use super::context::variable_name;
use super::expression::{Expr, Piece, parse, pieces};
use super::notes::{Notes, Part};
use super::quotes::{Quotes, State};
use super::scope::Scope;
use super::shell::{plain, unquoted, word};
use super::told::tell;
use nestling::Origin;

/// Returns a string as an expression over the variables of GitLab.
pub(super) fn resolved(text: &str, scope: &Scope, origin: Origin, notes: &mut Notes) -> Expr {
    let parts: Vec<Expr> = pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Expr::Text(text.to_owned()),
            Piece::Open => open(origin, notes),
            Piece::Expression(written) => expression(written, scope, origin, notes),
        })
        .collect();
    match <[Expr; 1]>::try_from(parts) {
        Ok([single]) => single,
        Err(parts) => scope.resolve(&Expr::Joined(parts)),
    }
}

/// The text for braces that nothing closes.
const OPEN: &str = "$ {{";

fn open(origin: Origin, notes: &mut Notes) -> Expr {
    notes.add(Part::Lost, origin, "an expression does not end");
    Expr::Text(OPEN.to_owned())
}

fn expression(written: &str, scope: &Scope, origin: Origin, notes: &mut Notes) -> Expr {
    match parse(written) {
        Some(parsed) => {
            tell(&parsed, scope, origin, notes);
            match scope.resolve(&parsed) {
                // The line names what is written, and not what was found of it.
                Expr::Unknown(_) => Expr::Unknown(written.to_owned()),
                found if word(&found).is_none() => Expr::Unknown(written.to_owned()),
                found => found,
            }
        }
        None => Expr::Unknown(written.to_owned()),
    }
}

/// Returns a string as the value of a keyword: Nestling and GitLab would both read an expression that remains.
pub(super) fn keyword(text: &str, scope: &Scope, origin: Origin, notes: &mut Notes) -> String {
    let mut result = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => result.push_str(text),
            Piece::Open => result.push_str(OPEN),
            Piece::Expression(written) => {
                let value = expression(written, scope, origin, notes);
                result.push_str(&plain(&value).unwrap_or_else(|| unknown(&value, written, origin, notes)));
            }
        }
    }
    if result.contains(OPEN) {
        open(origin, notes);
    }
    result
}

/// Returns the variable that stands for an unknown value.
fn unknown(part: &Expr, expression: &str, origin: Origin, notes: &mut Notes) -> String {
    let name = unknown_name(expression);
    let text = if matches!(part, Expr::Unknown(_)) {
        format!("`{}` has no counterpart: `${name}` is in its place", shown(expression))
    } else {
        format!("`{}` is computed, which only a script can do: `${name}` is in its place", shown(expression))
    };
    notes.add(Part::Lost, origin, text);
    format!("${{{name}}}")
}

/// Returns an expression for a line of the report.
pub(super) fn shown(expression: &str) -> String {
    expression.replace("${{", "$ {{").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unknown_name(expression: &str) -> String {
    let parts = expression.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let name: String = variable_name(&parts.take(8).collect::<Vec<_>>().join("_"));
    format!("UNKNOWN_{name}")
}

/// Returns a script whose expressions are variables, in whatever quotes they are.
pub(super) fn script(text: &str, scope: &Scope, origin: Origin, notes: &mut Notes) -> String {
    let mut result = String::new();
    let mut quotes = Quotes::default();
    for piece in pieces(text) {
        let value = match piece {
            Piece::Text(text) => {
                quotes.read(text);
                result.push_str(text);
                continue;
            }
            Piece::Open => open(origin, notes),
            Piece::Expression(written) => {
                let value = expression(written, scope, origin, notes);
                if has_quotes(&value) {
                    let text = format!(
                        "`{}`: quotes in a computed value are characters of it. Write an `if`",
                        shown(written)
                    );
                    notes.add(Part::Lost, origin, text);
                }
                match word(&value) {
                    Some(_) => value,
                    None => Expr::Text(unknown(&value, written, origin, notes)),
                }
            }
        };
        let word = word(&value).unwrap_or_default();
        match quotes.state() {
            _ if !word.contains('$') => result.push_str(&word),
            State::Single => result.push_str(&format!("'\"{word}\"'")),
            State::Literal => {
                let text =
                    format!("`{word}` in a here-document of literal text: the shell does not replace it");
                notes.add(Part::Lost, origin, text);
                result.push_str(&word);
            }
            State::Open | State::Double => result.push_str(&word),
        }
    }
    result
}

/// Returns `true` if a value that is chosen has quotes, which the shell would not read.
fn has_quotes(value: &Expr) -> bool {
    let is_quoted = |part: &Expr| matches!(part, Expr::Text(text) if unquoted(text).contains(['"', '\'']));
    matches!(value, Expr::Any(_) | Expr::All(_)) && value.contains(&is_quoted)
}

/// Returns why a condition cannot be asked for.
pub(super) fn why_unknown(part: &Expr) -> String {
    match part.unknown() {
        Some(written) => format!("`{}` has no counterpart", shown(written)),
        None => "GitLab cannot ask for a part of it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_expression_is_left() {
        for (text, expected) in [
            ("v${{ github.sha }}-x", "v${CI_COMMIT_SHA}-x"),
            ("${{secrets.API_KEY}} ${{ matrix.node-version }}", "${API_KEY} ${NODE_VERSION}"),
            ("${{ 'plain' }}", "plain"),
            ("${{ steps.meta.outputs.tags }}", "${UNKNOWN_STEPS_META_OUTPUTS_TAGS}"),
            ("${{ a", "$ {{ a"),
            ("$HOME {{ x }}", "$HOME {{ x }}"),
            ("a-${{ matrix.os == 'x' && 'b' || 'c' }}", "a-${UNKNOWN_MATRIX_OS_X_B_C}"),
            ("${{ matrix.os.name }}/${{ format('{0}', matrix.a) }}", "${OS_NAME}/${A}"),
        ] {
            let translated = keyword(text, &Scope::default(), Origin::generated(), &mut Notes::default());
            assert_eq!(translated, expected);
            assert!(!translated.contains("${{"));
        }
    }

    #[test]
    fn expressions_in_quotes_are_replaced_by_the_shell() {
        for (text, expected) in [
            ("echo '${{ github.sha }}'", "echo ''\"${CI_COMMIT_SHA}\"''"),
            ("echo \"it's ${{ github.sha }}\"", "echo \"it's ${CI_COMMIT_SHA}\""),
            ("# don't\necho ${{ github.sha }}", "# don't\necho ${CI_COMMIT_SHA}"),
            ("cat <<EOF\nit's ${{ github.sha }}\nEOF", "cat <<EOF\nit's ${CI_COMMIT_SHA}\nEOF"),
            ("echo \\' ${{ github.sha }}", "echo \\' ${CI_COMMIT_SHA}"),
            ("echo '${{ 'x' }}'", "echo 'x'"),
        ] {
            let mut notes = Notes::default();
            assert_eq!(script(text, &Scope::default(), Origin::generated(), &mut notes), expected);
            assert!(notes.is_empty(), "{text}");
        }
        let mut notes = Notes::default();
        script("cat <<'EOF'\n${{ github.sha }}\nEOF", &Scope::default(), Origin::generated(), &mut notes);
        assert!(!notes.is_empty());
    }
}
