//! A rule: the identity of a diagnostic, with the documentation that every finding of it shares.

use super::Severity;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The identity of a diagnostic and its documentation.
///
/// Each stage declares its rules with [`rules!`](crate::rules), which also makes the stage's list of them: a rule that
/// is not listed cannot be declared, and a diagnostic cannot be made without a rule. Rules are equal if their ids are.
///
/// ```
/// use nestling_gitlab::check::rules::RULES;
///
/// let rule = RULES.iter().find(|rule| rule.id == "needs-cycle").expect("it is one of the linter's");
/// assert!(rule.url().ends_with("/docs/rules/needs-cycle.md"));
/// assert!(!rule.can_be_allowed());
/// ```
pub struct Rule {
    /// The stable id, as in messages and in `# nestling: allow(id)`.
    pub id: &'static str,
    /// The severities that its findings can have. The severity belongs to the finding: one rule may report an error in
    /// one place and a warning in another.
    pub severities: &'static [Severity],
    /// Completes the sentence "This rule reports that …", in one line of Markdown.
    pub summary: &'static str,
    /// Explanation of the problem and of the fix, in Markdown.
    pub documentation: &'static str,
    /// The page of the specification that the rule follows: a URL, or a path in the book, such as
    /// `environments.md`.
    pub source: &'static str,
    /// An example with a finding.
    pub bad: Example,
    /// The same example without one.
    pub good: Example,
}

/// Files that a user could have written, to show a rule.
#[derive(Debug, Clone, Copy)]
pub enum Example {
    /// No file breaks the rule: something has to fail, or a program has to make the tree.
    None,
    /// A plain pipeline: one file of jobs.
    Pipeline(&'static str),
    /// The files of a repository whose root is a workspace.
    Repository(&'static [ExampleFile]),
    /// The same in the pipeline of a branch that is not the default one.
    Branch(&'static [ExampleFile]),
    /// A repository at the base commit and at the head of a change.
    Change {
        /// The files at the base commit.
        base: &'static [ExampleFile],
        /// The files at the head.
        head: &'static [ExampleFile],
    },
}

/// A file of an [`Example`].
#[derive(Debug, Clone, Copy)]
pub struct ExampleFile {
    /// Its path from the root of the repository.
    pub path: &'static str,
    /// Its content. Bytes, since a rule may be about the encoding.
    pub content: &'static [u8],
}

impl ExampleFile {
    /// Returns `true` if a program writes the file, so that documentation names it without its content.
    pub fn is_generated(&self) -> bool {
        self.path.ends_with(".json")
    }
}

/// The rules of one stage, under the title that documentation groups them by.
///
/// ```
/// for group in nestling_gitlab::catalog::groups() {
///     println!("{}: {} rules", group.title, group.rules.len());
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RuleGroup {
    /// The title, such as `Environments and stop jobs`.
    pub title: &'static str,
    /// The rules, in reading order.
    pub rules: &'static [&'static Rule],
}

/// The directory of the book that has a page for each rule.
const BOOK: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/-/blob/main/docs/");

impl Rule {
    /// Returns the URL of the rule's page.
    pub fn url(&self) -> String {
        format!("{BOOK}rules/{}.md", self.id)
    }

    /// Returns the URL of the specification that the rule follows.
    pub fn source_url(&self) -> String {
        if self.source.contains("://") { self.source.to_owned() } else { format!("{BOOK}{}", self.source) }
    }

    /// Returns the severities in words, such as `error or warning`.
    pub fn severities_in_words(&self) -> String {
        let words: Vec<String> = self.severities.iter().map(Severity::to_string).collect();
        words.join(" or ")
    }

    /// Returns `true` if a comment or a header can silence findings of this rule: errors cannot be allowed.
    pub fn can_be_allowed(&self) -> bool {
        self.severities.iter().any(|severity| *severity != Severity::Error)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl PartialOrd for Rule {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rule {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(other.id)
    }
}

impl Hash for Rule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule({})", self.id)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Shortens the examples of repositories.
pub const fn file(path: &'static str, content: &'static str) -> ExampleFile {
    ExampleFile { path, content: content.as_bytes() }
}

/// Declares the rules of a stage, each as a `static`, and the list of all of them.
#[macro_export]
macro_rules! rules {
    (
        $(#[$list_attribute:meta])*
        $list:ident;
        $($name:ident = $id:literal { $($field:ident: $value:expr),* $(,)? })*
    ) => {
        $(
            #[doc = concat!("The rule `", $id, "`.")]
            pub static $name: $crate::diagnostic::Rule =
                $crate::diagnostic::Rule { id: $id, $($field: $value),* };
        )*

        $(#[$list_attribute])*
        pub static $list: &[&$crate::diagnostic::Rule] = &[$(&$name),*];
    };
}
