//! Regular expressions in the syntax of RE2, which GitLab uses (<https://github.com/google/re2/wiki/Syntax>), rewritten for
//! the `regex` crate. What RE2 refuses is refused, and what it accepts is written in a form that the crate reads alike.
//!
//! | written | RE2 | `regex` crate |
//! |---|---|---|
//! | `{`, `{,2}`, `{RELEASE}` | itself where it repeats nothing | an error |
//! | `a**`, `a{2}{3}` | an error | repeats again |
//! | `a{1001}`, `(a{40}){40}` | an error: more than 1000 times | repeats |
//! | `[[a]`, `[a&&b]`, `[a--b]`, `[a~~b]` | `[`, `&`, `-` and `~` are characters | operators of sets |
//! | `[]a]`, `[^]a]` | `]` is the first character | the same |
//! | `\<`, `\_`, `\&` | the character | a boundary of words, or an error |
//! | `\u0041`, `\e`, `\Z`, `\h` | an error | some are known |
//! | `\101`, `\0` | a character by its octal number | an error |
//! | `\Q…\E` | text without special characters | an error |
//! | `\C` | any byte | written as any character |
//! | `\d`, `\w`, `\s`, `\b` | ASCII, and `\s` without the vertical tab | Unicode |
//! | `\p{Lu}`, `\p{Greek}`, `\p{^Lu}` | the names of categories and scripts, in that case | many more names, in any case |
//! | `(?i)`, `(?s-i:…)` | the flags `i`, `m`, `s`, `U` | further flags |

mod unicode;
mod escape;
mod class;

/// Maximum number of repetitions in RE2, nested ones included.
const MOST_REPETITIONS: u32 = 1000;

/// From here on RE2 takes no number for a repetition.
const LARGE: u32 = 100_000_000;

/// Returns the same expression in the syntax of the `regex` crate; `None` where RE2 refuses it.
pub(super) fn translated(source: &str) -> Option<String> {
    let mut reader = Reader { rest: source, written: String::new(), open: vec![Group::default()] };
    while let Some(c) = reader.rest.chars().next() {
        match c {
            '\\' => reader.escape()?,
            '[' => reader.class()?,
            '{' => reader.brace()?,
            '(' => reader.open_group()?,
            ')' => reader.close_group()?,
            '*' | '+' | '?' => {
                reader.take(1);
                reader.repeat(&c.to_string(), 1)?;
            }
            '|' => {
                reader.take(1);
                reader.written.push('|');
                reader.group()?.end_alternative();
            }
            '}' | ']' => {
                reader.take(1);
                reader.atom(&format!("\\{c}"))?;
            }
            c => {
                let text = reader.take(c.len_utf8());
                reader.atom(text)?;
            }
        }
    }
    (reader.open.len() == 1).then_some(reader.written)
}

struct Reader<'s> {
    rest: &'s str,
    written: String,
    /// The groups that are open, the expression itself first.
    open: Vec<Group>,
}

/// A group that is being read.
#[derive(Default)]
struct Group {
    start: usize,
    /// Operand of a repetition.
    last: Option<Atom>,
    /// Set if a repetition was read last: another one after it is an error.
    is_repeated: bool,
    /// Number of repetitions of the part that is repeated most often.
    repetitions: u32,
}

impl Group {
    fn end_alternative(&mut self) {
        self.last = None;
        self.is_repeated = false;
    }
}

/// A part of what was written.
#[derive(Clone, Copy)]
struct Atom {
    start: usize,
    end: usize,
    has_repetition: bool,
    repetitions: u32,
}

impl<'s> Reader<'s> {
    /// Takes so many bytes off the rest.
    fn take(&mut self, length: usize) -> &'s str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn group(&mut self) -> Option<&mut Group> {
        self.open.last_mut()
    }

    /// Writes a part that a repetition can repeat.
    fn atom(&mut self, text: &str) -> Option<()> {
        let start = self.written.len();
        self.written.push_str(text);
        self.ended(Atom { start, end: self.written.len(), has_repetition: false, repetitions: 1 })
    }

    fn ended(&mut self, atom: Atom) -> Option<()> {
        let group = self.group()?;
        group.last = Some(atom);
        group.is_repeated = false;
        group.repetitions = group.repetitions.max(atom.repetitions);
        Some(())
    }

    /// Repeats what was read last. Flags may have been read since, and stay after the repetition.
    fn repeat(&mut self, operator: &str, times: u32) -> Option<()> {
        let lazy = if self.rest.starts_with('?') { self.take(1) } else { "" };
        let group = self.group()?;
        let mut atom = group.last.filter(|_| !group.is_repeated)?;
        atom.repetitions = atom.repetitions.checked_mul(times.max(1))?;
        if atom.repetitions > MOST_REPETITIONS {
            return None;
        }
        let mut text = format!("{operator}{lazy}");
        if atom.has_repetition {
            text.insert(0, ')');
            self.written.insert_str(atom.start, "(?:");
            atom.end += "(?:".len();
        }
        self.written.insert_str(atom.end, &text);
        atom.end += text.len();
        atom.has_repetition = true;
        self.ended(atom)?;
        self.group()?.is_repeated = true;
        Some(())
    }

    /// `{` repeats only as `{n}`, `{n,}` or `{n,m}`; any other is itself.
    fn brace(&mut self) -> Option<()> {
        let inner = self.rest[1..].split_once('}').map(|(inner, _)| inner);
        let Some((inner, (least, most))) = inner.and_then(|inner| Some((inner, repetition(inner)?))) else {
            self.take(1);
            return self.atom("\\{");
        };
        if least.max(most.unwrap_or(0)) > MOST_REPETITIONS || most.is_some_and(|most| most < least) {
            return None;
        }
        let operator = self.take(inner.len() + 2);
        self.repeat(operator, most.unwrap_or(least))
    }

    fn open_group(&mut self) -> Option<()> {
        let start = self.written.len();
        self.take(1);
        if !self.rest.starts_with('?') {
            self.written.push('(');
            self.open.push(Group { start, ..Group::default() });
            return Some(());
        }
        if let Some(name) = self.rest.strip_prefix("?P<").or_else(|| self.rest.strip_prefix("?<")) {
            let (name, after) = name.split_once('>')?;
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                return None;
            }
            self.rest = after;
            self.written.push('(');
            self.open.push(Group { start, ..Group::default() });
            return Some(());
        }
        self.take(1);
        let length = self.rest.find([':', ')'])?;
        let flags = self.take(length);
        let is_group = self.take(1) == ":";
        if !are_flags(flags) {
            return None;
        }
        if is_group {
            self.written.push_str(&format!("(?{flags}:"));
            self.open.push(Group { start, ..Group::default() });
            return Some(());
        }
        if !flags.is_empty() {
            self.written.push_str(&format!("(?{flags})"));
        }
        self.group()?.is_repeated = false;
        Some(())
    }

    fn close_group(&mut self) -> Option<()> {
        if self.open.len() == 1 {
            return None;
        }
        let group = self.open.pop()?;
        self.take(1);
        self.written.push(')');
        let repetitions = group.repetitions.max(1);
        self.ended(Atom { start: group.start, end: self.written.len(), has_repetition: false, repetitions })
    }
}

/// Returns `true` for flags that RE2 has: `i`, `m`, `s` and `U`, and after a minus at least one.
fn are_flags(flags: &str) -> bool {
    let (set, unset) = flags.split_once('-').map_or((flags, None), |(set, unset)| (set, Some(unset)));
    let are_known = |flags: &str| flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's' | 'U'));
    are_known(set) && unset.is_none_or(|unset| !unset.is_empty() && are_known(unset))
}

/// Reads `n`, `n,` or `n,m`.
fn repetition(inner: &str) -> Option<(u32, Option<u32>)> {
    match inner.split_once(',') {
        None => {
            let times = number(inner)?;
            Some((times, Some(times)))
        }
        Some((least, "")) => Some((number(least)?, None)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?))),
    }
}

/// Reads a number as RE2 does: without a zero before it, and not too large.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_zero = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|number| is_number && !has_zero && *number < LARGE)
}

#[cfg(test)]
mod tests;
