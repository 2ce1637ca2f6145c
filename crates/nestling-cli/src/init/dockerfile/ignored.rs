//! `.dockerignore`: the paths that are left out of a build context
//! (<https://docs.docker.com/build/concepts/context/#dockerignore-files>).

use globset::{GlobBuilder, GlobMatcher};
use nestling::{Files, ReadError, RepoPath};

/// A pattern, in the order of the file.
struct Pattern {
    /// True for `!`: what it matches is in the context again.
    is_exception: bool,
    text: String,
    glob: GlobMatcher,
}

/// The patterns of a context.
pub(super) struct Ignored {
    file: RepoPath,
    patterns: Vec<Pattern>,
}

impl Ignored {
    /// Reads the file that holds for a Dockerfile: its own beside it, or that of the context.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(
        files: &dyn Files,
        dockerfile: &RepoPath,
        context: &RepoPath,
    ) -> Result<Self, ReadError> {
        let mut name = dockerfile.file_name().to_vec();
        name.extend(b".dockerignore");
        let own = dockerfile.parent().unwrap_or_default().child(&name);
        for file in [own, context.child(b".dockerignore")] {
            if let Some(bytes) = files.read(&file)? {
                let patterns = patterns(&String::from_utf8_lossy(&bytes));
                return Ok(Self { file, patterns });
            }
        }
        Ok(Self { file: RepoPath::root(), patterns: Vec::new() })
    }

    /// Returns the file if it leaves a source out. Of a source with a wildcard nothing is said.
    pub(super) fn leaves_out(&self, source: &str) -> Option<RepoPath> {
        let source = source.trim_start_matches("./").trim_matches('/');
        if source.is_empty() || source == "." || source.contains(['*', '?', '[']) {
            return None;
        }
        let ends = source.match_indices('/').map(|(end, _)| end).chain([source.len()]);
        let prefixes: Vec<&str> = ends.map(|end| &source[..end]).collect();
        let is_match = |pattern: &&Pattern| prefixes.iter().any(|prefix| pattern.glob.is_match(prefix));
        let last = self.patterns.iter().rev().find(is_match)?;
        let below = format!("{source}/");
        let has_exception = self.patterns.iter().any(|pattern| {
            pattern.is_exception && (pattern.text.starts_with(&below) || pattern.text.starts_with("**"))
        });
        (!last.is_exception && !has_exception).then(|| self.file.clone())
    }
}

fn patterns(text: &str) -> Vec<Pattern> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pattern = |line: &str| {
        let (is_exception, text) = line.strip_prefix('!').map_or((false, line), |text| (true, text));
        let text = text.trim().trim_start_matches("./").trim_matches('/').to_owned();
        let glob = GlobBuilder::new(&text).literal_separator(true).build().ok()?.compile_matcher();
        Some(Pattern { is_exception, text, glob })
    };
    lines.filter_map(pattern).collect()
}
