//! Links from source lines to the project's host: at the pipeline's commit in a job of GitLab, elsewhere at the newest commit that
//! the remote `origin` is known to have.

use super::Session;
use nestling::{Head, Plan};
use std::collections::BTreeSet;

/// The URL of the files of a commit, and the paths whose lines are others there.
pub(crate) struct SourceLinks {
    /// Ends with a slash.
    pub(crate) address: String,
    /// Paths that get no link.
    pub(crate) changed: BTreeSet<String>,
}

impl Session {
    /// Returns the links of a plan's files; `None` where the project's host or a commit that it has is not known.
    pub(crate) fn source_links(&self, plan: &Plan) -> Option<SourceLinks> {
        if let Some(project) = &self.project_url {
            let commit = plan.changes.head.commit()?;
            let address = format!("{}/-/blob/{commit}/", project.trim_end_matches('/'));
            return Some(SourceLinks { address, changed: BTreeSet::new() });
        }
        let git = self.repository.git();
        let project = web_address(&git.origin_url()?)?;
        // A commit that was never pushed has no page, and a line of a file that differs is another one.
        let published = git.published(plan.changes.head.commit()?).ok()??;
        let tree = git.tree_of(&published).ok()?;
        let changes = match &plan.changes.head {
            Head::WorkTree { .. } => git.work_tree_diff(Some(&tree)),
            Head::Commit { commit, .. } => git.tree_diff(Some(&tree), Some(&git.tree_of(commit).ok()?)),
        };
        let changed = changes.ok()?.into_iter().map(|change| change.path.to_string()).collect();
        Some(SourceLinks { address: format!("{project}/-/blob/{published}/"), changed })
    }
}

/// Returns the URL of a project's page from that of its remote, without credentials. An SSH port says nothing about the
/// web server's. `None` for paths, and for anything that is no plain host and path.
fn web_address(url: &str) -> Option<String> {
    let (scheme, rest) = match url.split_once("://") {
        Some(("https", rest)) => ("https", rest),
        Some(("http", rest)) => ("http", rest),
        Some(("ssh" | "git+ssh", rest)) => ("ssh", rest),
        Some(_) => return None,
        None => ("scp", url),
    };
    let separator = if scheme == "scp" { ':' } else { '/' };
    let (authority, path) = rest.split_once(separator)?;
    let host = authority.rsplit('@').next()?;
    let host = if scheme == "ssh" { host.split(':').next()? } else { host };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '~' | '+');
    // A drive or a relative path looks like a host of `scp`; a GitLab project has a namespace and a name.
    let is_plain =
        host.len() > 1 && host.chars().all(is_host) && path.contains('/') && path.chars().all(is_path);
    let is_walk = path.split('/').any(|part| matches!(part, "" | "." | ".."));
    let protocol = if scheme == "http" { "http" } else { "https" };
    (is_plain && !is_walk).then(|| format!("{protocol}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_project_has_no_credentials() {
        for (url, want) in [
            ("https://gitlab.example.com/shop/api.git", Some("https://gitlab.example.com/shop/api")),
            (
                "https://robin:glpat-secret@gitlab.example.com:8443/a/b/c",
                Some("https://gitlab.example.com:8443/a/b/c"),
            ),
            ("http://gitlab.local/shop/api/", Some("http://gitlab.local/shop/api")),
            ("git@gitlab.example.com:shop/api.git", Some("https://gitlab.example.com/shop/api")),
            ("ssh://git@gitlab.example.com:2222/shop/api.git", Some("https://gitlab.example.com/shop/api")),
            ("/srv/git/shop.git", None),
            ("../shop", None),
            ("C:/shop/api", None),
            ("file:///srv/git/shop.git", None),
            ("javascript://gitlab.example.com/%0aalert(1)", None),
            ("https://gitlab.example.com/shop", None),
            ("https://gitlab.example.com/shop/../x", None),
            ("https://gitlab.example.com/shop/a\"onclick=x", None),
            ("git@[::1]:shop/api", None),
        ] {
            assert_eq!(web_address(url).as_deref(), want, "{url}");
        }
    }
}
