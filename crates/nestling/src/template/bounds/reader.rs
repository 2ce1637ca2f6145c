//! Reads the expressions of a template from its tokens, as the engine's grammar has them.

mod operand;

use super::{Spanned, Wrap};
use crate::template::marks::calls::{BOUNDED_FUNCTION, KEPT_FUNCTION, NAMED_FUNCTION};
use minijinja::machinery::Token;
use std::ops::Range;

/// A part of an expression.
#[derive(Debug, Clone)]
struct Part {
    range: Range<usize>,
    /// Set if it is made of constants alone, and so is no larger than its text.
    is_constant: bool,
}

impl Part {
    /// Returns this part and everything up to the end of another one.
    fn with(&self, last: &Self) -> Self {
        Self { range: self.range.start..last.range.end, is_constant: self.is_constant && last.is_constant }
    }
}

/// Reads the tokens of one `${{ }}` or one statement. Each function returns `None` where the tokens are not what it reads.
pub(super) struct Reader<'t, 's> {
    tokens: &'t [Spanned<'s>],
    next: usize,
    wraps: Vec<Wrap>,
}

impl<'t, 's> Reader<'t, 's> {
    pub(super) fn new(tokens: &'t [Spanned<'s>]) -> Self {
        Self { tokens, next: 0, wraps: Vec::new() }
    }

    pub(super) fn into_wraps(self) -> Vec<Wrap> {
        self.wraps
    }

    /// Reads all tokens of a `${{ }}`.
    pub(super) fn print(&mut self) -> Option<()> {
        // An empty one is the engine's own error.
        if self.tokens.is_empty() {
            return Some(());
        }
        self.list_or_expression()?;
        (self.next == self.tokens.len()).then_some(())
    }

    /// Reads a statement: the expressions of those that have one.
    pub(super) fn statement(&mut self) -> Option<()> {
        let word = self.word()?;
        self.next += 1;
        match word {
            "set" => self.set(),
            "for" => self.for_loop(),
            "with" => self.with_block(),
            "call" => {
                // The parameters of the block.
                if self.takes(|token| matches!(token, Token::ParenOpen)) {
                    self.skip_to(|token| matches!(token, Token::ParenClose))?;
                    self.next += 1;
                }
                self.expression().map(drop)
            }
            // Words can follow, such as `ignore missing` or `as name`.
            "include" | "extends" | "import" | "from" => self.names(),
            "if" | "elif" | "do" | "autoescape" => self.expression().map(drop),
            _ => Some(()),
        }
    }

    /// Reads the name of a template, or a list of names, each of which may be looked for.
    fn names(&mut self) -> Option<()> {
        let is_text = matches!(self.peek(), Some(Token::Str(_) | Token::String(_)));
        let names = self.expression()?;
        if !(is_text && names.is_constant) {
            self.wraps.push(Wrap { range: names.range, function: NAMED_FUNCTION });
        }
        Some(())
    }

    fn set(&mut self) -> Option<()> {
        let start = self.next;
        // `set x` opens a block.
        let Some(()) = self.skip_to(|token| matches!(token, Token::Assign)) else { return Some(()) };
        let is_attribute = self.tokens[start..self.next].iter().any(|(token, _)| matches!(token, Token::Dot));
        self.next += 1;
        let value = self.list_or_expression()?;
        if is_attribute && !value.is_constant {
            self.wraps.push(Wrap { range: value.range, function: KEPT_FUNCTION });
        }
        Some(())
    }

    fn for_loop(&mut self) -> Option<()> {
        self.skip_to(|token| matches!(token, Token::Ident("in")))?;
        self.next += 1;
        self.either()?;
        if self.takes_word("if") {
            self.expression()?;
        }
        Some(())
    }

    fn with_block(&mut self) -> Option<()> {
        while self.next < self.tokens.len() {
            self.skip_to(|token| matches!(token, Token::Assign))?;
            self.next += 1;
            self.expression()?;
            self.takes(|token| matches!(token, Token::Comma));
        }
        Some(())
    }

    /// Reads expressions with commas between them, which are a tuple.
    fn list_or_expression(&mut self) -> Option<Part> {
        let first = self.expression()?;
        let mut whole = first.clone();
        let mut is_tuple = false;
        while self.takes(|token| matches!(token, Token::Comma)) {
            is_tuple = true;
            if self.next < self.tokens.len() {
                whole = whole.with(&self.expression()?);
            }
        }
        if is_tuple {
            self.bound(&whole);
        }
        Some(whole)
    }

    fn expression(&mut self) -> Option<Part> {
        let mut part = self.either()?;
        while self.takes_word("if") {
            part = part.with(&self.either()?);
            if self.takes_word("else") {
                part = part.with(&self.expression()?);
            }
        }
        Some(part)
    }

    /// Reads operands of `or` and `and`, which return one of them.
    fn either(&mut self) -> Option<Part> {
        let mut part = self.negation()?;
        while self.takes_word("or") || self.takes_word("and") {
            part = part.with(&self.negation()?);
        }
        Some(part)
    }

    fn negation(&mut self) -> Option<Part> {
        let start = self.start();
        let mut is_negated = false;
        while self.takes_word("not") {
            is_negated = true;
        }
        let part = self.comparison()?;
        Some(if is_negated { Part { range: start..part.range.end, ..part } } else { part })
    }

    fn comparison(&mut self) -> Option<Part> {
        let first = self.sum()?;
        let mut operands = vec![(first.clone(), false)];
        let mut whole = first;
        while let Some(is_in) = self.comparison_operator() {
            let right = self.sum()?;
            let (left, _) = operands.last()?.clone();
            whole = whole.with(&right);
            // A comparison ends with the smaller operand, and a constant is small.
            let is_bounded = left.is_constant || (right.is_constant && !is_in);
            if !is_bounded && let Some((_, is_walked)) = operands.last_mut() {
                *is_walked = true;
            }
            operands.push((right, !is_bounded));
        }
        for (operand, is_walked) in operands {
            if is_walked {
                self.bound(&operand);
            }
        }
        Some(whole)
    }

    /// Reads an operator; `Some(true)` for `in` and `not in`.
    fn comparison_operator(&mut self) -> Option<bool> {
        let compares = |token: &Token<'_>| {
            matches!(token, Token::Eq | Token::Ne | Token::Lt | Token::Lte | Token::Gt | Token::Gte)
        };
        if self.takes(compares) {
            return Some(false);
        }
        if self.takes_word("in") || (self.takes_word("not") && self.takes_word("in")) {
            return Some(true);
        }
        None
    }

    fn sum(&mut self) -> Option<Part> {
        let mut whole = self.concatenation()?;
        let mut is_sum = false;
        while matches!(self.peek(), Some(Token::Plus | Token::Minus)) {
            is_sum |= matches!(self.peek(), Some(Token::Plus));
            self.next += 1;
            whole = whole.with(&self.concatenation()?);
        }
        if is_sum {
            self.bound(&whole);
        }
        Some(whole)
    }

    fn concatenation(&mut self) -> Option<Part> {
        let mut operands = vec![self.product()?];
        while self.takes(|token| matches!(token, Token::Tilde)) {
            operands.push(self.product()?);
        }
        let whole = operands[0].with(operands.last()?);
        if operands.len() == 1 {
            return Some(whole);
        }
        let is_constant = operands.iter().all(|operand| operand.is_constant);
        for operand in operands {
            self.bound(&operand);
        }
        Some(Part { is_constant, ..whole })
    }

    fn product(&mut self) -> Option<Part> {
        let mut whole = self.power()?;
        let mut is_product = false;
        while matches!(self.peek(), Some(Token::Mul | Token::Div | Token::FloorDiv | Token::Mod)) {
            is_product |= matches!(self.peek(), Some(Token::Mul));
            self.next += 1;
            whole = whole.with(&self.power()?);
        }
        if is_product {
            // `[1] * 1000000` is no constant: it is larger than its text.
            whole.is_constant = false;
            self.bound(&whole);
        }
        Some(whole)
    }

    fn power(&mut self) -> Option<Part> {
        let mut whole = self.filtered()?;
        while self.takes(|token| matches!(token, Token::Pow)) {
            whole = whole.with(&self.filtered()?);
        }
        Some(whole)
    }
}

/// Tokens.
impl<'s> Reader<'_, 's> {
    pub(super) fn peek(&self) -> Option<&Token<'s>> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    /// Returns the offset of the next token.
    pub(super) fn start(&self) -> usize {
        self.tokens.get(self.next).map_or(0, |(_, range)| range.start)
    }

    pub(super) fn word(&self) -> Option<&'s str> {
        match self.peek()? {
            Token::Ident(word) => Some(*word),
            _ => None,
        }
    }

    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let is_next = self.word() == Some(word);
        self.next += usize::from(is_next);
        is_next
    }

    pub(super) fn takes(&mut self, is_wanted: impl Fn(&Token<'s>) -> bool) -> bool {
        let is_next = self.peek().is_some_and(is_wanted);
        self.next += usize::from(is_next);
        is_next
    }

    /// Reads up to a token that is outside of brackets.
    fn skip_to(&mut self, is_wanted: impl Fn(&Token<'s>) -> bool) -> Option<()> {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token {
                token if depth == 0 && is_wanted(token) => return Some(()),
                Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => depth += 1,
                Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            self.next += 1;
        }
        None
    }

    /// Wraps a part, unless it is no larger than its text.
    fn bound(&mut self, part: &Part) {
        if !part.is_constant {
            self.wraps.push(Wrap { range: part.range.clone(), function: BOUNDED_FUNCTION });
        }
    }
}
