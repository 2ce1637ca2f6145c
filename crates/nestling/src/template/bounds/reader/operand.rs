//! Operands: a value with what follows it, such as `.name`, `[0]`, `(x)`, `| filter` and `is test`.

use super::{Part, Reader, Wrap};
use crate::template::marks::calls::STEP_FUNCTION;
use minijinja::machinery::Token;

/// The previous token, which decides whether a call is one of a function or of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Callee {
    /// A function that makes a mapping of its arguments.
    Maker,
    Method,
    Other,
}

impl Reader<'_, '_> {
    /// Reads an operand with its filters and tests.
    pub(super) fn filtered(&mut self) -> Option<Part> {
        let mut part = self.operand()?;
        loop {
            if self.takes(|token| matches!(token, Token::Pipe)) {
                part = self.filter(&part)?;
            } else if self.takes_word("is") {
                part = self.test(&part)?;
            } else {
                return Some(part);
            }
        }
    }

    fn filter(&mut self, filtered: &Part) -> Option<Part> {
        let mut end = self.dotted_name()?;
        if matches!(self.peek(), Some(Token::ParenOpen)) {
            end = self.arguments(true)?;
        }
        Some(Part { range: filtered.range.start..end, is_constant: false })
    }

    fn test(&mut self, tested: &Part) -> Option<Part> {
        self.takes_word("not");
        let mut end = self.dotted_name()?;
        let is_value = |token: &Token<'_>| {
            let is_word = |word: &str| ["and", "or", "else", "is"].contains(&word);
            match token {
                Token::Ident(word) => !is_word(word),
                Token::Str(_) | Token::String(_) | Token::Int(_) | Token::Int128(_) | Token::Float(_) => true,
                Token::Plus | Token::Minus | Token::BracketOpen | Token::BraceOpen => true,
                _ => false,
            }
        };
        if matches!(self.peek(), Some(Token::ParenOpen)) {
            end = self.arguments(true)?;
            self.bound(tested);
        } else if self.peek().is_some_and(is_value) {
            let argument = self.operand()?;
            end = argument.range.end;
            self.bound(&argument);
            self.bound(tested);
        }
        Some(Part { range: tested.range.start..end, is_constant: false })
    }

    /// Reads the name of a filter or a test, and returns where it ends.
    fn dotted_name(&mut self) -> Option<usize> {
        self.word()?;
        self.next += 1;
        while self.takes(|token| matches!(token, Token::Dot)) {
            self.word()?;
            self.next += 1;
        }
        Some(self.end())
    }

    /// Reads a value with its signs, and with what is read from it.
    fn operand(&mut self) -> Option<Part> {
        let start = self.start();
        while self.takes(|token| matches!(token, Token::Minus)) {}
        let value_start = self.start();
        let mut callee = match self.word() {
            Some("dict" | "namespace") => Callee::Maker,
            _ => Callee::Other,
        };
        let mut part = self.value()?;
        loop {
            match self.peek() {
                Some(Token::Dot) => {
                    self.next += 2;
                    callee = Callee::Method;
                }
                Some(Token::BracketOpen) => {
                    if self.subscript()? {
                        self.bound(&Part { range: value_start..self.end(), is_constant: false });
                    }
                    callee = Callee::Method;
                }
                Some(Token::ParenOpen) => {
                    self.arguments(callee == Callee::Method)?;
                    if callee == Callee::Maker {
                        self.bound(&Part { range: value_start..self.end(), is_constant: false });
                    }
                    callee = Callee::Other;
                }
                _ => break,
            }
            part = Part { range: start..self.end(), is_constant: false };
        }
        Some(Part { range: start..part.range.end, ..part })
    }

    /// Reads a name, a constant, a list, a mapping, a tuple or what is in parentheses.
    fn value(&mut self) -> Option<Part> {
        let start = self.start();
        let token = self.peek()?;
        let is_constant = match token {
            Token::Ident(word) => matches!(*word, "true" | "True" | "false" | "False" | "none" | "None"),
            Token::Str(_) | Token::String(_) => {
                // Strings one after the other are one.
                while self.takes(|token| matches!(token, Token::Str(_) | Token::String(_))) {}
                return Some(Part { range: start..self.end(), is_constant: true });
            }
            Token::Int(_) | Token::Int128(_) | Token::Float(_) => true,
            Token::BracketOpen => {
                let (is_constant, _) = self.items(|token| matches!(token, Token::BracketClose))?;
                return Some(self.made(start, is_constant));
            }
            Token::ParenOpen => {
                let (is_constant, commas) = self.items(|token| matches!(token, Token::ParenClose))?;
                let is_tuple = commas > 0;
                return Some(match is_tuple {
                    true => self.made(start, is_constant),
                    false => Part { range: start..self.end(), is_constant },
                });
            }
            Token::BraceOpen => return self.mapping(),
            _ => return None,
        };
        self.next += 1;
        Some(Part { range: start..self.end(), is_constant })
    }

    /// Reads what is between brackets: whether all of it is constant, and how many commas it has.
    fn items(&mut self, closes: impl Fn(&Token<'_>) -> bool) -> Option<(bool, usize)> {
        self.next += 1;
        let mut is_constant = true;
        let mut commas = 0;
        loop {
            if self.takes(&closes) {
                return Some((is_constant, commas));
            }
            is_constant &= self.expression()?.is_constant;
            if self.takes(|token| matches!(token, Token::Comma)) {
                commas += 1;
            } else if !self.peek().is_some_and(&closes) {
                return None;
            }
        }
    }

    fn mapping(&mut self) -> Option<Part> {
        let start = self.start();
        self.next += 1;
        let mut is_constant = true;
        loop {
            if self.takes(|token| matches!(token, Token::BraceClose)) {
                return Some(self.made(start, is_constant));
            }
            let key = self.expression()?;
            self.bound(&key);
            if !self.takes(|token| matches!(token, Token::Colon)) {
                return None;
            }
            is_constant &= key.is_constant & self.expression()?.is_constant;
            let is_more = self.takes(|token| matches!(token, Token::Comma));
            if !is_more && !matches!(self.peek(), Some(Token::BraceClose)) {
                return None;
            }
        }
    }

    /// Returns a list or a mapping that ends here, and wraps it.
    fn made(&mut self, start: usize, is_constant: bool) -> Part {
        let part = Part { range: start..self.end(), is_constant };
        self.bound(&part);
        part
    }

    /// Reads `[…]` after a value, and returns whether it is a slice.
    fn subscript(&mut self) -> Option<bool> {
        /// The longest number of which nobody has to look how large it is.
        const SHORT: usize = 10;
        self.next += 1;
        let mut colons = 0;
        loop {
            if self.takes(|token| matches!(token, Token::BracketClose)) {
                return Some(colons > 0);
            }
            if self.takes(|token| matches!(token, Token::Colon)) {
                colons += 1;
                continue;
            }
            let index = self.expression()?;
            let is_short = index.is_constant && index.range.len() <= SHORT;
            match colons {
                2 if !is_short => self.wraps.push(Wrap { range: index.range, function: STEP_FUNCTION }),
                _ => self.bound(&index),
            }
        }
    }

    /// Reads arguments, which are wrapped if what is called may walk through them, and returns where they end.
    fn arguments(&mut self, is_walking: bool) -> Option<usize> {
        self.next += 1;
        loop {
            if self.takes(|token| matches!(token, Token::ParenClose)) {
                return Some(self.end());
            }
            self.takes(|token| matches!(token, Token::Pow | Token::Mul));
            let mut argument = self.expression()?;
            if self.takes(|token| matches!(token, Token::Assign)) {
                argument = self.expression()?;
            }
            if is_walking {
                self.bound(&argument);
            }
            let is_more = self.takes(|token| matches!(token, Token::Comma));
            if !is_more && !matches!(self.peek(), Some(Token::ParenClose)) {
                return None;
            }
        }
    }

    /// Returns where the last token ends.
    fn end(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |(_, range)| range.end)
    }
}
