//! Splits shell text into simple commands: as much of the shell as scripts of packages and Makefiles use.

/// A simple command.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    pub words: Vec<String>,
    /// True if the shell does not wait for it.
    pub is_background: bool,
}

/// Words before a command that do not change what it does.
const KEYWORDS: [&str; 10] = ["if", "then", "else", "elif", "while", "until", "do", "!", "{", "}"];

/// Splits a script into its commands. `$(…)` and backticks contain commands as well.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let mut splitter = Splitter::default();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, splitter.quote) {
            ('\\', None | Some('"')) => match characters.next() {
                Some('\n') | None => {}
                Some(escaped) => splitter.word.push(escaped),
            },
            ('$', None | Some('"')) if characters.peek() == Some(&'(') => {
                characters.next();
                splitter.open_substitution();
            }
            ('`', None | Some('"')) => splitter.end_command(false),
            ('\'' | '"', None) => {
                splitter.quote = Some(c);
                splitter.is_word = true;
            }
            (c, Some(open)) if c == open => splitter.quote = None,
            (c, Some(_)) => splitter.word.push(c),
            ('#', None) if splitter.word.is_empty() && !splitter.is_word => {
                while characters.peek().is_some_and(|next| *next != '\n') {
                    characters.next();
                }
            }
            ('&', None) if characters.peek() == Some(&'&') => {
                characters.next();
                splitter.end_command(false);
            }
            // `2>&1` and `&>` are no ends of commands.
            ('&', None) if splitter.word.ends_with('>') || characters.peek() == Some(&'>') => {
                splitter.word.push('&');
            }
            ('&', None) => splitter.end_command(true),
            (')', None) => splitter.close_substitution(),
            (';' | '|' | '\n' | '(', None) => splitter.end_command(false),
            (c, None) if c.is_whitespace() => splitter.end_word(),
            (c, None) => splitter.word.push(c),
        }
    }
    splitter.end_command(false);
    splitter.commands
}

/// The state of splitting.
#[derive(Default)]
struct Splitter {
    commands: Vec<Command>,
    command: Command,
    word: String,
    /// True for a word that may be empty, since it is quoted.
    is_word: bool,
    quote: Option<char>,
    /// The commands around open substitutions, each with its word and its quote.
    around: Vec<(Command, String, Option<char>)>,
}

impl Splitter {
    fn end_word(&mut self) {
        if self.is_word || !self.word.is_empty() {
            let word = std::mem::take(&mut self.word);
            let is_keyword = self.command.words.is_empty() && KEYWORDS.contains(&word.as_str());
            if !is_keyword {
                self.command.words.push(word);
            }
        }
        self.is_word = false;
    }

    fn end_command(&mut self, is_background: bool) {
        self.end_word();
        let command = std::mem::take(&mut self.command);
        if !command.words.is_empty() {
            self.commands.push(Command { is_background, ..command });
        }
    }

    fn open_substitution(&mut self) {
        let command = std::mem::take(&mut self.command);
        // The output stands for a word that is not known.
        let word = format!("{}$", std::mem::take(&mut self.word));
        self.around.push((command, word, self.quote.take()));
    }

    fn close_substitution(&mut self) {
        self.end_command(false);
        if let Some((command, word, quote)) = self.around.pop() {
            (self.command, self.word, self.quote) = (command, word, quote);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_into_the_commands_that_a_shell_runs() {
        for (text, expected) in [
            ("tsc && npm publish", "tsc / npm publish"),
            ("a; b|c||d", "a / b / c / d"),
            ("vite & cypress run", "vite & / cypress run"),
            ("echo 'npm publish' && x", "echo npm publish / x"),
            ("echo \"a $(git push) b\" c", "git push / echo a $ b c"),
            ("(cd a && make) 2>&1", "cd a / make / 2>&1"),
            ("if [ -n \"$X\" ]; then npm publish; fi", "[ -n $X ] / npm publish / fi"),
            ("# npm publish\nx \\\n y", "x y"),
            ("a '' b", "a  b"),
        ] {
            let shown: Vec<String> = commands(text)
                .iter()
                .map(|command| {
                    let words = command.words.join(" ");
                    if command.is_background { format!("{words} &") } else { words }
                })
                .collect();
            assert_eq!(shown.join(" / "), expected, "{text}");
        }
    }
}
