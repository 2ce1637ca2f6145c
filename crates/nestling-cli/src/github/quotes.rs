//! The quotes around a place in a script of a shell.

/// The way in which the shell reads a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Open,
    Single,
    Double,
    /// In a here-document that the shell takes as it is.
    Literal,
}

/// Reads a script piece by piece.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    state: State,
    is_escaped: bool,
    in_comment: bool,
    last: Option<char>,
    /// The end of the here-document that begins with the next line, and whether it is literal.
    announced: Option<(String, bool)>,
    /// The end of the here-document that is read, and whether it is literal.
    document: Option<(String, bool)>,
    line: String,
}

impl Quotes {
    /// Returns the way in which the shell reads what follows.
    pub(super) fn state(&self) -> State {
        match &self.document {
            Some((_, true)) => State::Literal,
            Some((_, false)) => State::Double,
            None => self.state,
        }
    }

    /// Reads a piece of text without expressions.
    pub(super) fn read(&mut self, text: &str) {
        for (position, c) in text.char_indices() {
            if self.document.is_some() {
                self.in_document(c);
                continue;
            }
            self.character(c, &text[position..]);
            self.last = Some(c);
            if c == '\n' && self.state == State::Open {
                self.document = self.announced.take();
                self.line.clear();
            }
        }
    }

    fn in_document(&mut self, c: char) {
        if c != '\n' {
            self.line.push(c);
            return;
        }
        let is_end = self.document.as_ref().is_some_and(|(end, _)| self.line.trim_start_matches('\t') == end);
        if is_end {
            self.document = None;
        }
        self.line.clear();
    }

    fn character(&mut self, c: char, rest: &str) {
        if self.in_comment {
            self.in_comment = c != '\n';
            return;
        }
        if self.is_escaped {
            self.is_escaped = false;
            return;
        }
        match (self.state, c) {
            (State::Open | State::Double, '\\') => self.is_escaped = true,
            (State::Open, '\'') => self.state = State::Single,
            (State::Open, '"') => self.state = State::Double,
            (State::Single, '\'') | (State::Double, '"') => self.state = State::Open,
            (State::Open, '#') if self.last.is_none_or(char::is_whitespace) => self.in_comment = true,
            (State::Open, '<')
                if self.last != Some('<') && rest.starts_with("<<") && !rest.starts_with("<<<") =>
            {
                self.announced = delimiter(&rest[2..]);
            }
            _ => {}
        }
    }
}

/// Returns the word that ends a here-document, and whether it is quoted.
fn delimiter(text: &str) -> Option<(String, bool)> {
    let text = text.strip_prefix('-').unwrap_or(text).trim_start_matches([' ', '\t']);
    let is_quoted = text.starts_with(['\'', '"', '\\']);
    let name: String = text
        .trim_start_matches(['\'', '"', '\\'])
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect();
    (!name.is_empty()).then_some((name, is_quoted))
}
