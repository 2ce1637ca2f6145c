//! References to images, `domain:port/path:tag@digest`, by the grammar that all registries share
//! (<https://github.com/distribution/reference>).

/// A mistake that makes every registry refuse a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceProblem {
    /// A character that no part of a reference can contain.
    Character(char),
    /// An upper-case letter in the path; a domain may have some.
    UpperCase,
    /// A path that is empty, or whose components do not start and end with a letter or a digit.
    Path,
    /// A path of more than 255 characters.
    Length,
    /// A tag that is empty, too long, or starts with `.` or `-`.
    Tag,
    /// A digest without an algorithm, or whose value has another length than that of the algorithm.
    Digest,
}

/// Longest path of an image.
const LONGEST_PATH: usize = 255;
/// Longest tag.
const LONGEST_TAG: usize = 128;
/// Digits of the digests that registries know.
const DIGITS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// Returns the mistake in a reference, if no value of its variables makes a valid one.
///
/// ```
/// use nestling_gitlab::pipeline::image_reference::{ReferenceProblem, reference_problem};
///
/// assert_eq!(reference_problem("Registry.example:5000/group/node:22"), None);
/// assert_eq!(reference_problem("$CI_REGISTRY_IMAGE/node:${VERSION}"), None);
/// assert_eq!(reference_problem("Node:22"), Some(ReferenceProblem::UpperCase));
/// ```
pub fn reference_problem(text: &str) -> Option<ReferenceProblem> {
    let literal = without_variables(text);
    if let Some(character) = literal.chars().find(|c| !c.is_ascii_alphanumeric() && !"._-/:@+[]".contains(*c))
    {
        return Some(ReferenceProblem::Character(character));
    }
    // A variable can hold any part of a reference, so that what is around it proves nothing further.
    if literal != text {
        return None;
    }
    let (named, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let last_component = named.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = match named[last_component..].find(':') {
        Some(colon) => (&named[..last_component + colon], Some(&named[last_component + colon + 1..])),
        None => (named, None),
    };
    path_problem(name)
        .or_else(|| (!tag.is_none_or(is_tag)).then_some(ReferenceProblem::Tag))
        .or_else(|| (!digest.is_none_or(is_digest)).then_some(ReferenceProblem::Digest))
}

/// Returns a string without its variables: `$A`, `${A}`, `%A%`, the inputs of GitLab and the values of templates.
fn without_variables(text: &str) -> String {
    let mut literal = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(['$', '%']) {
        literal += &rest[..start];
        let length = variable_length(&rest[start..]);
        if length == 0 {
            literal += &rest[start..=start];
        }
        rest = &rest[start + length.max(1)..];
    }
    literal + rest
}

/// Returns the length of the variable that a string starts with; 0 without one.
fn variable_length(text: &str) -> usize {
    for (opening, closing) in [("$[[", "]]"), ("${{", "}}"), ("${", "}")] {
        if let Some(inside) = text.strip_prefix(opening) {
            return inside.find(closing).map_or(0, |end| opening.len() + end + closing.len());
        }
    }
    let name_end =
        text[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(text.len(), |end| end + 1);
    match (text.starts_with('%'), name_end) {
        (_, 1) => 0,
        (false, end) => end,
        (true, end) if text[end..].starts_with('%') => end + 1,
        (true, _) => 0,
    }
}

/// Returns the mistake in a name, which is a path with a domain before it or without one.
fn path_problem(name: &str) -> Option<ReferenceProblem> {
    let path = match name.split_once('/') {
        Some((domain, path)) if is_domain(domain) => path,
        _ => name,
    };
    if path.contains(|c: char| c.is_ascii_uppercase()) {
        Some(ReferenceProblem::UpperCase)
    } else if !path.split('/').all(is_path_component) {
        Some(ReferenceProblem::Path)
    } else {
        (path.len() > LONGEST_PATH).then_some(ReferenceProblem::Length)
    }
}

/// Returns `true` for a host, such as `Registry.example`, `localhost` or `[::1]`, with a port or without one.
fn is_domain(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            let is_address =
                !address.is_empty() && address.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
            return is_address && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns `true` for letters and digits, separated by `.`, `_`, `__` or any number of `-`.
fn is_path_component(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_separator =
        |run: &str| matches!(run, "." | "_" | "__") || (!run.is_empty() && run.bytes().all(|b| b == b'-'));
    text.starts_with(is_word)
        && text.ends_with(is_word)
        && text.split(is_word).filter(|run| !run.is_empty()).all(is_separator)
}

fn is_tag(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.starts_with(is_word)
        && text.len() <= LONGEST_TAG
        && text.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, digits)) = text.split_once(':') else { return false };
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let known = DIGITS.iter().find(|(name, _)| *name == algorithm);
    algorithm.split(['+', '.', '_', '-']).all(is_part)
        && digits.chars().all(|c| c.is_ascii_hexdigit())
        && known.map_or(digits.len() >= 32, |(_, length)| digits.len() == *length)
}

#[cfg(test)]
mod tests {
    use super::{ReferenceProblem, reference_problem};

    #[test]
    fn references_that_registries_accept_have_no_problem() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let with_digest = [
            format!("node@{digest}"),
            format!("registry.example:5000/a/node:22@{digest}"),
            digest.clone(),
            digest[7..].to_owned(),
        ];
        let accepted = [
            "node",
            "node:22",
            "library/node:22-alpine3.20",
            "docker.io/library/node:v1_2.3-x",
            "a.b/c__d/e---f/g.h_i:_x",
            "localhost/a",
            "localhost:5000/a:B",
            "127.0.0.1:5000/a",
            "[::1]:5000/a:1",
            "[fe80::1]/a",
            "REGISTRY.example.com/a",
            "MyRegistry/a",
            "XN--80AK6AA92E.com/a",
            "0/1:2",
            "$IMAGE",
            "${IMAGE}",
            "$CI_REGISTRY_IMAGE/Node:$A-$B",
            "$REGISTRY/node${SUFFIX}:22",
            "${IMAGE:-node with a space}:22",
            "%IMAGE%:22",
            "$[[ inputs.image | expand_vars ]]:$[[ inputs.version ]]",
            "${{ inputs.image }}:22",
            "registry.example/$NAME@$DIGEST",
            "${CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX}/node:22",
        ];
        for text in accepted.into_iter().chain(with_digest.iter().map(String::as_str)) {
            assert_eq!(reference_problem(text), None, "{text}");
        }
        let tag = format!("a:{}", "b".repeat(128));
        let path = format!("example.com/{}", "b".repeat(255));
        assert_eq!((reference_problem(&tag), reference_problem(&path)), (None, None));
    }

    #[test]
    fn references_that_no_registry_accepts_have_the_first_problem() {
        use ReferenceProblem::{Character, Digest, Length, Path, Tag, UpperCase};
        let (tag, path) = (format!("a:{}", "b".repeat(129)), "b".repeat(256));
        let short = format!("node@sha256:{}", "0".repeat(63));
        let refused = [
            ("not a image!", Character(' ')),
            ("node:22!", Character('!')),
            ("$REGISTRY/my image", Character(' ')),
            ("$(cat image)", Character('$')),
            ("$", Character('$')),
            ("100%", Character('%')),
            ("nöde", Character('ö')),
            ("node:22\n", Character('\n')),
            ("https://registry.example/node", Path),
            ("Node", UpperCase),
            ("a/Node:22", UpperCase),
            ("registry.example/Group/node", UpperCase),
            ("My_registry/node", UpperCase),
            ("", Path),
            (":22", Path),
            ("/node", Path),
            ("node/", Path),
            ("a//b", Path),
            ("a..b", Path),
            ("-a", Path),
            ("a___b", Path),
            ("a-:1", Path),
            ("[::1]", Path),
            ("node:", Tag),
            ("node:-1", Tag),
            ("node:1:2", Tag),
            ("node:22+1", Tag),
            ("node@sha256:abc", Digest),
            ("node@latest", Digest),
            ("node@", Digest),
            (&short, Digest),
            (&tag, Tag),
            (&path, Length),
        ];
        for (text, problem) in refused {
            assert_eq!(reference_problem(text), Some(problem), "{text:?}");
        }
    }
}
