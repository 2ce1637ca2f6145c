//! Paths in quotes, as git writes those with bytes that are not printable ASCII
//! (<https://git-scm.com/docs/git-config#Documentation/git-config.txt-corequotePath>).

use std::borrow::Cow;

/// Returns a path without its quotes and escapes. One that is not quoted as git quotes is as it is.
pub(super) fn unquoted(path: &[u8]) -> Cow<'_, [u8]> {
    let inner = path.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    match inner.and_then(unescaped) {
        Some(bytes) => Cow::Owned(bytes),
        None => Cow::Borrowed(path),
    }
}

/// Returns the bytes of a string in C's notation; `None` where it is no such string.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            // Git escapes it inside of quotes.
            b'"' => return None,
            b'\\' => {
                let (byte, length) = escape(rest)?;
                bytes.push(byte);
                rest = &rest[length..];
            }
            byte => bytes.push(*byte),
        }
    }
    Some(bytes)
}

/// Reads what follows a backslash: the byte that it stands for, and its length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let byte = match text.first()? {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        byte @ (b'"' | b'\\') => *byte,
        b'0'..=b'3' => {
            let digits = std::str::from_utf8(text.get(..3)?).ok()?;
            return Some((u8::from_str_radix(digits, 8).ok()?, 3));
        }
        _ => return None,
    };
    Some((byte, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_does_not_write_is_left_as_it_is() {
        for (path, expected) in [
            (&br#""a\303\244b""#[..], "aäb".as_bytes()),
            (br#""tab\there \"and\" back\\slash""#, b"tab\there \"and\" back\\slash"),
            (br#""bell\a\001""#, b"bell\x07\x01"),
            (br#""""#, b""),
            (br#"plain"#, b"plain"),
            (br#""half"#, br#""half"#),
            (br#""a"b""#, br#""a"b""#),
            (br#""bad \q""#, br#""bad \q""#),
            (br#""bad \9""#, br#""bad \9""#),
        ] {
            assert_eq!(&*unquoted(path), expected, "{}", path.escape_ascii());
        }
    }
}
