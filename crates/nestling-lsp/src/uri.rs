//! Paths of files as editors write them: `file:///srv/shop/nestling.yml`.

use lsp_types::Uri;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// Returns the path of a file on this machine; `None` for what is not a file, such as a buffer without a name.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let path = uri.as_str().strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    if !path.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => bytes.push(first),
        }
    }
    Some(resolved(PathBuf::from(OsStr::from_bytes(&bytes))))
}

/// Follows the links in the path of a file's directory, as git does for the root of a work tree. A link that is the file itself stays.
/// If the directory does not exist yet, that is the part which does.
fn resolved(path: PathBuf) -> PathBuf {
    let mut directories = path.ancestors().skip(1);
    let real =
        directories.find_map(|above| Some((above.canonicalize().ok()?, path.strip_prefix(above).ok()?)));
    real.map(|(above, behind)| above.join(behind)).unwrap_or(path)
}

/// Returns the URI of a file.
pub(crate) fn uri_of(path: &Path) -> Option<Uri> {
    Uri::from_str(&format!("file://{}", with_escapes(path.as_os_str().as_bytes(), b"/-._~"))).ok()
}

/// Returns a string as a part of a URI: its slashes are escaped.
pub(crate) fn escaped(text: &str) -> String {
    with_escapes(text.as_bytes(), b"-._~")
}

fn with_escapes(bytes: &[u8], kept: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || kept.contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_same_there_and_back() {
        for path in ["/srv/shop/nestling.yml", "/a b/ä%20.yml", "/[x]/{y}/#z?.yml"] {
            let uri = uri_of(Path::new(path)).unwrap();
            assert_eq!(path_of(&uri).unwrap(), Path::new(path), "{}", uri.as_str());
        }
        let read = |text: &str| path_of(&Uri::from_str(text).unwrap());
        assert_eq!(read("file:///a%3Ab%2fc.yml"), Some("/a:b/c.yml".into()));
        assert_eq!(read("file://localhost/a"), Some("/a".into()));
        for other in ["untitled:Untitled-1", "file://elsewhere/a", "git:///a"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
