//! Strings.

use super::{Named, Walk};
use crate::diagnostic::Suggestion;
use crate::pipeline::date_time::is_date_time;
use crate::pipeline::duration;
use crate::pipeline::expression::{Expression, pattern};
use crate::table::{DurationShape, StringShape, Words};
use crate::yaml::Node;

impl Walk<'_> {
    pub(super) fn text(&mut self, named: Named<'_>, shape: &'static StringShape, node: &Node) {
        let Some(text) = node.as_str() else { return };
        match shape {
            StringShape::Any | StringShape::Line | StringShape::Judged => {}
            StringShape::Filled if text.trim().is_empty() => {
                self.error(named, node.origin, format!("{} cannot be empty", named.label));
            }
            StringShape::Filled => {}
            StringShape::Length(least, most) => self.length(named, *least, *most, node, text),
            StringShape::WordsOrVariable(_) if text.contains('$') => {}
            StringShape::Words(words) | StringShape::WordsOrVariable(words) => {
                self.word(named, words, node, text);
            }
            StringShape::Duration(shape) => self.duration(named, shape, node, text),
            StringShape::Pattern => self.pattern(named, node, text),
            StringShape::PatternOrAny => {
                if is_pattern(text) {
                    self.pattern(named, node, text);
                }
            }
            StringShape::Condition => {
                if let Err(error) = Expression::parse(text) {
                    self.error(named, node.origin, format!("invalid condition: {error}"));
                }
            }
            StringShape::CacheKey => self.cache_key(named, node, text),
            StringShape::Time if is_date_time(text) => {}
            StringShape::Time => {
                let message = format!("{} must be a date and time in ISO 8601, found `{text}`", named.label);
                let help = "for example `2026-03-15T08:00:00Z`";
                self.error_with_help(named, node.origin, message, Some(help));
            }
            StringShape::Digits(least, most) => {
                if text.parse::<u32>().is_err() {
                    let label = named.label;
                    let message = format!("{label} must be {least}, {} or {most}, found a string", least + 1);
                    self.error(named, node.origin, message);
                } else if text.parse::<u32>().is_ok_and(|number| number < *least || number > *most) {
                    let message = format!("{} must be between {least} and {most}", named.label);
                    self.error(named, node.origin, message);
                }
            }
            StringShape::Ref if is_ref(text) => {}
            StringShape::Ref => {
                let message = format!("{} must be a branch, a tag or a commit, found `{text}`", named.label);
                self.error(named, node.origin, message);
            }
            StringShape::Checksum => {
                if !text.starts_with("sha256-") {
                    let message = format!("{} must start with `sha256-`", named.label);
                    self.error(named, node.origin, message);
                }
            }
        }
    }

    fn length(&mut self, named: Named<'_>, least: usize, most: usize, node: &Node, text: &str) {
        let length = text.chars().count();
        if length < least {
            self.error(named, node.origin, format!("{} cannot be empty", named.label));
        } else if length > most {
            let message = format!("{} has {length} characters; GitLab allows {most}", named.label);
            self.error(named, node.origin, message);
        }
    }

    fn word(&mut self, named: Named<'_>, words: &Words, node: &Node, text: &str) {
        if words.all.contains(&text) {
            return;
        }
        let newer = words.newer.iter().find(|(word, _)| *word == text);
        if let Some((word, since)) = newer {
            let Some((major, minor)) = self.too_new(Some(*since)) else { return };
            let key = named.label.to_string();
            let key = key.trim_matches('`');
            let message = format!("`{key}: {word}` requires GitLab {major}.{minor}");
            let help = match words.all {
                [only] => format!("use `{only}`"),
                all => format!("use one of {}", all.join(", ")),
            };
            return self.error_with_help(named, node.origin, message, Some(help));
        }
        let suggestion = Suggestion::among(text, words.iter());
        let message = format!("{} cannot be `{text}`", named.label);
        let listed: Vec<&str> = words.iter().filter(|word| !word.is_empty()).collect();
        let help = format!("use one of {}", listed.join(", "));
        if words.open {
            return self.unknown_word(named, node.origin, message, suggestion, help);
        }
        self.error_with_help(named, node.origin, message, Some(suggestion.help_or(help)));
    }

    fn duration(&mut self, named: Named<'_>, shape: &DurationShape, node: &Node, text: &str) {
        let is_exempt = (shape.never && text.eq_ignore_ascii_case("never"))
            || (shape.variable && duration::has_variable(text))
            || (shape.empty && text.is_empty());
        if is_exempt {
            return;
        }
        let Some(seconds) = duration::seconds(text) else {
            let message = format!("invalid duration `{text}`");
            let help = "for example `30 minutes`, `2h30m` or `1 week`";
            return self.error_with_help(named, node.origin, message, Some(help));
        };
        if let Some((_, words)) = shape.longest.filter(|(longest, _)| seconds > *longest) {
            self.error(named, node.origin, format!("{} cannot be longer than {words}", named.label));
        }
    }

    fn pattern(&mut self, named: Named<'_>, node: &Node, text: &str) {
        let message = if !is_pattern(text) {
            format!("{} must be a regular expression between slashes", named.label)
        } else if pattern(text).is_none() {
            format!("{} is not a valid RE2 expression", named.label)
        } else {
            return;
        };
        self.error_with_help(named, node.origin, message, Some("for example `'/coverage: \\d+%/'`"));
    }

    /// GitLab unescapes the key as it would a part of a URL, and uses it as a file name.
    fn cache_key(&mut self, named: Named<'_>, node: &Node, text: &str) {
        let unescaped = text.to_ascii_lowercase().replace("%2f", "/").replace("%2e", ".");
        let message = if unescaped.contains('/') {
            format!("cache {} cannot contain a slash", named.label)
        } else if matches!(&*unescaped, "." | "..") {
            format!("cache {} cannot be `.` or `..`", named.label)
        } else {
            return;
        };
        self.error(named, node.origin, message);
    }
}

/// Returns `true` if a string is written as a regular expression: between slashes, with flags at most after them.
fn is_pattern(text: &str) -> bool {
    let Some((start, flags)) = text.rsplit_once('/') else { return false };
    start.starts_with('/') && flags.chars().all(|c| matches!(c, 'i' | 's' | 'm' | 'U'))
}

/// Returns `true` for what git takes as a reference, variables unexpanded.
fn is_ref(text: &str) -> bool {
    let is_allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"~^:?*[\\".contains(c);
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with(['/', '.'])
        && !text.ends_with(".lock")
        && !text.contains("..")
        && !text.contains("@{")
        && text.chars().all(is_allowed)
}
