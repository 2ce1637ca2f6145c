//! Expressions of GitHub Actions, read as trees.

/// An expression, as written or over the variables of GitLab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expr {
    /// A string or a number.
    Text(String),
    Bool(bool),
    /// A context, such as `github.ref`; none is left after [`super::scope::Scope::resolve`].
    Context(String),
    Variable(Variable),
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Compare {
        left: Box<Expr>,
        operator: &'static str,
        right: Box<Expr>,
    },
    Call(String, Vec<Expr>),
    /// Strings and values in a row.
    Joined(Vec<Expr>),
    /// A part without a counterpart, as written.
    Unknown(String),
}

/// A variable of GitLab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub name: String,
    /// True if `false` as its text means false, as that of an input of type `boolean` does.
    pub is_flag: bool,
    /// True if it has its value while the job runs, and not before.
    pub is_late: bool,
}

impl Expr {
    /// Returns the value of a variable that GitLab knows when it creates the pipeline.
    pub(super) fn variable(name: impl Into<String>) -> Self {
        Self::Variable(Variable { name: name.into(), is_flag: false, is_late: false })
    }

    pub(super) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    pub(super) fn compare(self, operator: &'static str, right: Self) -> Self {
        Self::Compare { left: Box::new(self), operator, right: Box::new(right) }
    }

    /// Returns `true` if a part of the expression fulfils the condition.
    pub(super) fn contains(&self, is_sought: &dyn Fn(&Self) -> bool) -> bool {
        let any = |parts: &[Self]| parts.iter().any(|part| part.contains(is_sought));
        is_sought(self)
            || match self {
                Self::Not(inner) => inner.contains(is_sought),
                Self::All(parts) | Self::Any(parts) | Self::Joined(parts) | Self::Call(_, parts) => {
                    any(parts)
                }
                Self::Compare { left, right, .. } => left.contains(is_sought) || right.contains(is_sought),
                _ => false,
            }
    }
}

impl Expr {
    /// Returns what has no counterpart, as written.
    pub(super) fn unknown(&self) -> Option<&str> {
        match self {
            Self::Unknown(written) => Some(written),
            Self::Not(inner) => inner.unknown(),
            Self::All(parts) | Self::Any(parts) | Self::Joined(parts) | Self::Call(_, parts) => {
                parts.iter().find_map(Self::unknown)
            }
            Self::Compare { left, right, .. } => left.unknown().or_else(|| right.unknown()),
            _ => None,
        }
    }
}

/// Reads an expression without its braces; `None` if it is malformed.
pub(super) fn parse(text: &str) -> Option<Expr> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, position: 0, depth: 0 };
    let expression = parser.any()?;
    (parser.position == tokens.len()).then_some(expression)
}

/// Reads a condition, which may be in braces.
pub(super) fn parse_condition(text: &str) -> Option<Expr> {
    let text = text.trim();
    let inside = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(text);
    if !inside.contains("${{") {
        return parse(inside);
    }
    // `${{ a }} && b` is a string, which always holds on GitHub; that is never what is intended.
    None
}

/// A piece of a string that may have expressions.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Expression(&'t str),
    /// An expression without an end.
    Open,
}

/// Splits a string at its expressions.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let inside = &rest[start + 3..];
        match inside.find("}}") {
            Some(end) => {
                pieces.push(Piece::Expression(inside[..end].trim()));
                rest = &inside[end + 2..];
            }
            None => {
                pieces.push(Piece::Open);
                rest = inside;
            }
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Operator(&'static str),
}

/// Operators of expressions; one that begins with another precedes it.
const OPERATORS: [&str; 12] = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", ","];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(operator) = OPERATORS.into_iter().find(|known| rest.starts_with(known)) {
            tokens.push(Token::Operator(operator));
            rest = rest[operator.len()..].trim_start();
            continue;
        }
        if first == '\'' {
            let (text, behind) = quoted(rest)?;
            tokens.push(Token::Text(text));
            rest = behind.trim_start();
            continue;
        }
        let (word, behind) = word(rest)?;
        tokens.push(Token::Word(word));
        rest = behind.trim_start();
    }
    Some(tokens)
}

/// Reads a string in quotes, in which two quotes are one.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let (start, behind) = rest.split_once('\'')?;
        value.push_str(start);
        match behind.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, behind)),
        }
    }
}

/// Reads a word; an index such as `['a-b']` is one of its parts.
fn word(text: &str) -> Option<(String, &str)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '*');
    let mut word = String::new();
    let mut rest = text;
    loop {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        word.push_str(&rest[..end]);
        rest = &rest[end..];
        let Some(index) = rest.strip_prefix('[') else { break };
        let (name, behind) = quoted(index.trim_start())?;
        rest = behind.trim_start().strip_prefix(']')?;
        word.push('.');
        word.push_str(&name);
    }
    (!word.is_empty()).then_some((word, rest))
}

struct Parser<'t> {
    tokens: &'t [Token],
    position: usize,
    /// Number of open parentheses.
    depth: usize,
}

/// Expressions with more open parentheses than this are not read.
const DEPTH: usize = 50;

impl Parser<'_> {
    fn takes(&mut self, operator: &str) -> bool {
        let next = self.tokens.get(self.position);
        let is_next = matches!(next, Some(Token::Operator(known)) if *known == operator);
        self.position += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Option<Expr> {
        let mut parts = vec![self.all()?];
        while self.takes("||") {
            parts.push(self.all()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expr::Any(parts) })
    }

    fn all(&mut self) -> Option<Expr> {
        let mut parts = vec![self.comparison()?];
        while self.takes("&&") {
            parts.push(self.comparison()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expr::All(parts) })
    }

    fn comparison(&mut self) -> Option<Expr> {
        let left = self.single()?;
        for operator in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.takes(operator) {
                return Some(left.compare(operator, self.single()?));
            }
        }
        Some(left)
    }

    fn single(&mut self) -> Option<Expr> {
        self.depth += 1;
        let single = if self.depth > DEPTH { None } else { self.at_depth() };
        self.depth -= 1;
        single
    }

    fn at_depth(&mut self) -> Option<Expr> {
        if self.takes("!") {
            return Some(self.single()?.not());
        }
        if self.takes("(") {
            let inner = self.any();
            return inner.filter(|_| self.takes(")"));
        }
        let token = self.tokens.get(self.position)?.clone();
        self.position += 1;
        match token {
            Token::Text(text) => Some(Expr::Text(text)),
            Token::Operator(_) => None,
            Token::Word(word) if self.takes("(") => Some(Expr::Call(word, self.arguments()?)),
            Token::Word(word) => Some(match word.as_str() {
                "true" => Expr::Bool(true),
                "false" => Expr::Bool(false),
                "null" => Expr::Text(String::new()),
                number if number.starts_with(|c: char| c.is_ascii_digit() || c == '-') => Expr::Text(word),
                _ => Expr::Context(word),
            }),
        }
    }

    fn arguments(&mut self) -> Option<Vec<Expr>> {
        let mut arguments = Vec::new();
        if self.takes(")") {
            return Some(arguments);
        }
        loop {
            arguments.push(self.any()?);
            if self.takes(")") {
                return Some(arguments);
            }
            if !self.takes(",") {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_with_indexes_quotes_and_precedence() {
        let context = |name: &str| Expr::Context(name.to_owned());
        for (text, expected) in [
            ("matrix['os']", context("matrix.os")),
            ("'it''s'", Expr::Text("it's".to_owned())),
            ("a || b && c", Expr::Any(vec![context("a"), Expr::All(vec![context("b"), context("c")])])),
            ("!a == b", context("a").not().compare("==", context("b"))),
            ("a.*.b >= 3", context("a.*.b").compare(">=", Expr::Text("3".to_owned()))),
            ("f(a, 'x')", Expr::Call("f".to_owned(), vec![context("a"), Expr::Text("x".to_owned())])),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for malformed in ["a b", "a ==", "(a", "f(a", "'a", "a[b]", ""] {
            assert_eq!(parse(malformed), None, "{malformed}");
        }
        assert_eq!(parse(&"(".repeat(100_000)), None);
        assert_eq!(parse(&"!".repeat(100_000)), None);
    }
}
