//! Paths of SARIF: URIs, which may start at a base that another URI names.

use super::document::{ArtifactLocation, Run};

/// Bases may be relative to bases; more than these are a circle.
const BASES: usize = 10;

/// Returns the path of a place, absolute or relative to where the tool ran; `None` if it names no file.
pub(super) fn path(location: &ArtifactLocation, run: &Run) -> Option<String> {
    if location.uri.is_none() {
        let index = usize::try_from(location.index?).ok()?;
        let artifact = run.artifacts.get(index)?.location.as_ref()?;
        return joined(artifact.uri.as_deref()?, artifact.uri_base_id.as_deref(), run, 0);
    }
    joined(location.uri.as_deref()?, location.uri_base_id.as_deref(), run, 0)
}

fn joined(uri: &str, base: Option<&str>, run: &Run, depth: usize) -> Option<String> {
    if depth > BASES {
        return None;
    }
    if let Some(rest) = uri.strip_prefix("file:") {
        // `file:///a`, `file://host/a` and `file:/a`.
        let path = rest.strip_prefix("//").map_or(rest, |rest| rest.find('/').map_or(rest, |at| &rest[at..]));
        return Some(decoded(path));
    }
    if uri.contains("://") {
        return None;
    }
    let path = decoded(uri);
    // A base without a URI is the directory where the tool ran: each reader has to know it.
    let base = base.and_then(|name| run.original_uri_base_ids.get(name));
    match base.and_then(|base| Some((base.uri.as_deref()?, base.uri_base_id.as_deref()))) {
        Some((base, above)) if !path.starts_with('/') => {
            let base = joined(base, above, run, depth + 1)?;
            Some(format!("{}/{path}", base.trim_end_matches('/')))
        }
        _ => Some(path),
    }
}

/// Decodes `%20` and its like; what is no such sequence stays as it is.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hexadecimal = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte =
            hexadecimal.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| uri.to_owned())
}
