//! Messages of git without credentials. Git writes the URL of a remote into them, and runners put tokens into URLs.

use std::fmt::Write as _;

/// The least length of what follows a token's prefix.
const TOKEN_LENGTH: usize = 16;

/// Returns a line with `***` in place of the user and the query of each URL, of the values of authorization headers and of
/// GitLab's tokens, and with control characters escaped.
pub(super) fn masked(line: &str) -> String {
    printable(&without_credentials(line))
}

/// Returns a line of a program's output with `***` in place of the user and the query of each URL, of the values of
/// authorization headers and of GitLab's tokens.
///
/// ```
/// assert_eq!(nestling_git::without_credentials("GET https://u:secret@host/a"), "GET https://***@host/a");
/// ```
pub fn without_credentials(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    if let Some(header) = find_ignoring_case(line, "authorization:") {
        masked.push_str(&line[..header]);
        masked.push_str("authorization: ***");
        rest = "";
    }
    let is_end = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '<' | '>' | '`');
    while !rest.is_empty() {
        let end = rest.find(is_end).unwrap_or(rest.len());
        masked.push_str(&masked_word(&rest[..end]));
        let next = rest[end..].chars().next().map_or(0, char::len_utf8);
        masked.push_str(&rest[end..end + next]);
        rest = &rest[end + next..];
    }
    masked
}

fn find_ignoring_case(text: &str, word: &str) -> Option<usize> {
    text.to_ascii_lowercase().find(word)
}

fn masked_word(word: &str) -> String {
    let Some((scheme, address)) = word.split_once("://") else { return masked_tokens(word) };
    // A password can contain any of the characters that end it elsewhere.
    let has_password = address.split_once('@').is_some_and(|(user, _)| user.contains(':'));
    let (user, address) = match address.rsplit_once('@') {
        Some((_, address)) if has_password => ("***@", address),
        _ => ("", address),
    };
    let (address, query) = match address.find(['?', '#']) {
        Some(start) => (&address[..start], "?***"),
        None => (address, ""),
    };
    let (user, address) = address.rsplit_once('@').map_or((user, address), |(_, address)| ("***@", address));
    masked_tokens(&format!("{scheme}://{user}{address}{query}"))
}

/// Masks tokens by their prefix, such as `glpat-`
/// (<https://docs.gitlab.com/security/tokens/#token-prefixes>).
fn masked_tokens(word: &str) -> String {
    let mut masked = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(start) = rest.find("gl") {
        let (before, token) = rest.split_at(start);
        masked.push_str(before);
        match token_length(token) {
            Some(length) => {
                masked.push_str("***");
                rest = &token[length..];
            }
            None => {
                masked.push_str("gl");
                rest = &token[2..];
            }
        }
    }
    masked + rest
}

/// Returns the length of the token that a string begins with.
fn token_length(text: &str) -> Option<usize> {
    let dash = text.find('-')?;
    let is_prefix = (3..=10).contains(&dash) && text[..dash].bytes().all(|byte| byte.is_ascii_lowercase());
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let length = text.bytes().skip(dash + 1).take_while(is_part).count();
    (is_prefix && length >= TOKEN_LENGTH).then_some(dash + 1 + length)
}

fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            let _ = write!(printable, "{}", c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_wherever_git_writes_them() {
        for (line, expected) in [
            ("fetch https://u:SECRET/slash@host/x", "fetch https://***@host/x"),
            ("fetch https://u:SEC?RET@SEC#RET@host/x?y=z", "fetch https://***@host/x?***"),
            ("fetch https://SEC/RET@host/x", "fetch https://***@host/x"),
            ("fetch https://host/x?to=a@b", "fetch https://host/x?***"),
            (
                "fatal: unable to access 'https://gitlab-ci-token:abc@gitlab.com/a/b.git/': 403",
                "fatal: unable to access 'https://***@gitlab.com/a/b.git/': 403",
            ),
            (
                "fatal: repository 'http://h/a.git?private_token=abc&x=1' not found",
                "fatal: repository 'http://h/a.git?***' not found",
            ),
            ("ssh://git@h:22/a#frag", "ssh://***@h:22/a?***"),
            ("https://u:p@q@h/a", "https://***@h/a"),
            ("https://oauth2:x@h", "https://***@h"),
            ("remote: use glpat-0123456789abcdefghij, or not", "remote: use ***, or not"),
            ("https://h/glcbt-64_0123456789abcdefghij/a", "https://h/***/a"),
            ("> Authorization: Basic Zm9vOmJhcg==", "> authorization: ***"),
            ("global-settings and gl-dependency", "global-settings and gl-dependency"),
            ("fatal: couldn't find remote ref x", "fatal: couldn't find remote ref x"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
        ] {
            assert_eq!(masked(line), expected);
        }
    }
}
