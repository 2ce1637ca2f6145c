//! Parts of the table.

/// A version of GitLab: major and minor.
pub type Release = (u32, u32);

/// A keyword of a mapping, with the shapes of its value.
#[derive(Debug, Clone, Copy)]
pub struct Keyword {
    /// The key.
    pub name: &'static str,
    /// The alternatives for its value.
    pub shapes: &'static [Shape],
    /// The meaning of a null, and of a missing key.
    pub null: Null,
    /// The first version that knows it; `None` for all that the table covers.
    pub since: Option<Release>,
    /// The first version that no longer knows it.
    pub until: Option<Release>,
    /// The value that GitLab takes where the key is missing.
    pub default: Option<&'static str>,
    /// The page that documents it, below `https://docs.gitlab.com/`; empty for the page of the mapping.
    pub page: &'static str,
    /// The rule that reports its value; empty for the rule of the mapping.
    pub rule: &'static str,
}

/// The meaning of a null, and of a missing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    /// Null is as good as no key.
    Unset,
    /// The key can be missing, and cannot be null.
    Refused,
    /// The key is required, and cannot be null.
    Required,
    /// The key is required, and can be null.
    RequiredKey,
}

/// One alternative for a value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Whatever YAML can hold.
    Anything,
    /// A string, a number or a boolean, which GitLab writes as a string.
    Scalar,
    /// `true` or `false`.
    Boolean,
    /// `false`, where `true` is refused.
    False,
    /// A mapping without keys.
    Empty,
    /// A whole number in a range, both ends included.
    Integer(i64, i64),
    /// A number.
    Number,
    /// A string.
    String(StringShape),
    /// A list.
    List(ListShape),
    /// A mapping with these keys.
    Mapping(&'static MappingShape),
    /// A mapping whose keys decide which keys it has.
    Cases(&'static [CaseShape]),
    /// A mapping whose keys are names that a person chooses.
    Names(&'static NamesShape),
}

/// A constraint on a string.
#[derive(Debug, Clone, Copy)]
pub enum StringShape {
    /// Any string.
    Any,
    /// A line of a script. As [`Self::Any`], and messages say why YAML may read something else.
    Line,
    /// More than white space.
    Filled,
    /// A number of characters in a range, both ends included.
    Length(usize, usize),
    /// One of a few words.
    Words(Words),
    /// One of a few words, or a variable, which GitLab expands later.
    WordsOrVariable(Words),
    /// A duration in words.
    Duration(DurationShape),
    /// A regular expression between slashes.
    Pattern,
    /// A string; if it is between slashes, a regular expression.
    PatternOrAny,
    /// A condition on variables.
    Condition,
    /// The key of a cache, which becomes the name of a file.
    CacheKey,
    /// A name that the rule of the keyword judges.
    Judged,
    /// A date with a time, in ISO 8601.
    Time,
    /// A whole number in quotes, in a range.
    Digits(u32, u32),
    /// The checksum of a remote file.
    Checksum,
    /// The name of a branch or a tag, or a commit.
    Ref,
}

/// A closed list of words.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Words of all versions.
    pub all: &'static [&'static str],
    /// Words of newer versions only, each with the first such version.
    pub newer: &'static [(&'static str, Release)],
    /// The list grows with many versions, so that a word which is not in it may be newer than the table.
    pub open: bool,
}

/// A duration.
#[derive(Debug, Clone, Copy)]
pub struct DurationShape {
    /// The longest in seconds, and whether that one is still allowed, in words.
    pub longest: Option<(f64, &'static str)>,
    /// `never` is allowed.
    pub never: bool,
    /// Variables are allowed.
    pub variable: bool,
    /// An empty string is allowed, and is no duration.
    pub empty: bool,
}

/// A list.
#[derive(Debug, Clone, Copy)]
pub struct ListShape {
    /// The alternatives for an item.
    pub items: &'static [Shape],
    /// The fewest items.
    pub least: usize,
    /// The most items.
    pub most: usize,
    /// GitLab flattens lists in the list.
    pub nested: bool,
    /// A null among the items is ignored.
    pub null: bool,
    /// Equal items count once.
    pub distinct: bool,
}

/// A mapping with known keys.
#[derive(Debug, Clone, Copy)]
pub struct MappingShape {
    /// Its path, as messages name it: `rules:changes`.
    pub place: &'static str,
    /// The rule that reports it; empty for the rule of the keyword that contains it.
    pub rule: &'static str,
    /// Its keys.
    pub keys: &'static [Keyword],
    /// Constraints between its keys.
    pub constraints: &'static [Constraint],
}

/// A mapping that one of its keys decides about.
#[derive(Debug, Clone, Copy)]
pub struct CaseShape {
    /// The key that it has; empty for the last case, which needs none.
    pub with: &'static str,
    /// The keys that it has not.
    pub without: &'static [&'static str],
    /// Its keys.
    pub mapping: &'static MappingShape,
}

/// A mapping from names to values of one kind.
#[derive(Debug, Clone, Copy)]
pub struct NamesShape {
    /// Meaning of a name: `variable`.
    pub noun: &'static str,
    /// The alternatives for a value.
    pub shapes: &'static [Shape],
    /// The meaning of a null value.
    pub null: Null,
    /// The fewest names.
    pub least: usize,
    /// The most names.
    pub most: usize,
}

/// Constraints between the keys of a mapping.
#[derive(Debug, Clone, Copy)]
pub enum Constraint {
    /// The mapping has a key.
    Filled,
    /// At most one of the keys is there, null or not.
    AtMostOne(&'static [&'static str]),
    /// Exactly one of the keys is there, null or not.
    ExactlyOne(&'static [&'static str]),
    /// The value of the first key is in the list of the second.
    Among(&'static str, &'static str),
    /// The keys belong to related mappings, and are certainly wrong in this one.
    Never(&'static [&'static str]),
    /// The first key, unless it is null, requires the second with a value.
    Requires(&'static str, &'static str),
    /// The first key, unless it is blank, excludes the same key in the mapping that the second key holds.
    Unless(&'static str, &'static str),
}

impl Keyword {
    /// A keyword that can be missing or null.
    pub const fn new(name: &'static str, shapes: &'static [Shape]) -> Self {
        let (since, until, default) = (None, None, None);
        Self { name, shapes, null: Null::Unset, since, until, default, page: "", rule: "" }
    }

    /// The key is required.
    pub const fn required(self) -> Self {
        Self { null: Null::Required, ..self }
    }

    /// Sets the meaning of a null.
    pub const fn null(self, null: Null) -> Self {
        Self { null, ..self }
    }

    /// Sets the first version that knows it.
    pub const fn since(self, major: u32, minor: u32) -> Self {
        Self { since: Some((major, minor)), ..self }
    }

    /// Sets the first version that no longer knows it.
    pub const fn until(self, major: u32, minor: u32) -> Self {
        Self { until: Some((major, minor)), ..self }
    }

    /// Sets GitLab's default.
    pub const fn default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// Sets the page that documents it.
    pub const fn page(self, page: &'static str) -> Self {
        Self { page, ..self }
    }

    /// Sets the rule that reports its value.
    pub const fn rule(self, rule: &'static str) -> Self {
        Self { rule, ..self }
    }
}

impl ListShape {
    /// A list of any length, without lists or nulls in it.
    pub const fn of(items: &'static [Shape]) -> Self {
        Self { items, least: 0, most: usize::MAX, nested: false, null: false, distinct: false }
    }

    /// Sets the fewest items.
    pub const fn least(self, least: usize) -> Self {
        Self { least, ..self }
    }

    /// Sets the most items.
    pub const fn most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// A list of which equal items count once.
    pub const fn distinct(self) -> Self {
        Self { distinct: true, ..self }
    }

    /// A list whose items are made one by one: lists in it are flattened, and nulls are ignored.
    pub const fn composed(self) -> Self {
        Self { nested: true, null: true, ..self }
    }

    /// A list in which lists are flattened.
    pub const fn flattened(self) -> Self {
        Self { nested: true, ..self }
    }
}

impl MappingShape {
    /// Returns the keyword of a name.
    pub fn keyword(&self, name: &str) -> Option<&'static Keyword> {
        self.keys.iter().find(|keyword| keyword.name == name)
    }
}

impl Constraint {
    /// Returns `true` if a key counts even if it is null.
    pub(crate) fn counts_null(&self, key: &str) -> bool {
        match self {
            Self::Filled => true,
            Self::AtMostOne(keys) | Self::ExactlyOne(keys) => keys.contains(&key),
            Self::Among(..) | Self::Never(_) | Self::Requires(..) | Self::Unless(..) => false,
        }
    }

    /// Returns `true` if a key is certainly wrong.
    pub(crate) fn forbids(&self, key: &str) -> bool {
        matches!(self, Self::Never(keys) if keys.contains(&key))
    }
}

impl Words {
    /// Words that all versions know.
    pub const fn all(all: &'static [&'static str]) -> Self {
        Self { all, newer: &[], open: false }
    }

    /// Returns all words, newer ones last.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.all.iter().copied().chain(self.newer.iter().map(|(word, _)| *word))
    }
}

impl DurationShape {
    /// A duration of any length, and nothing else.
    pub const ANY: Self = Self { longest: None, never: false, variable: false, empty: false };
}
