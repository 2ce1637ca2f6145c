use super::translated;
use regex::Regex;

/// Returns `true` if the expression matches the string; `None` if RE2 rejects it.
fn matches(source: &str, text: &str) -> Option<bool> {
    Some(Regex::new(&translated(source)?).unwrap().is_match(text))
}

/// The table of the module's documentation, row by row.
#[test]
fn what_re2_reads_otherwise_is_read_as_re2_does() {
    for (source, text, wanted) in [
        ("^a{2}$", "aa", Some(true)),
        ("^a{2,}$", "aaa", Some(true)),
        ("^a{1,2}$", "aaa", Some(false)),
        ("a{,2}b", "a{,2}b", Some(true)),
        ("a{01}", "a{01}", Some(true)),
        ("^(${RELEASE})$", "x", Some(false)),
        ("a{2,1}", "a", None),
        ("a**", "a", None),
        ("a{2}{3}", "a", None),
        ("^(a{2}){3}$", "aaaaaa", Some(true)),
        ("^*a", "a", Some(true)),
        ("a|*", "a", None),
        ("a(?i)*", "b", Some(true)),
        ("^a*(?i)*$", "aa", Some(true)),
        ("a{1001}", "a", None),
        ("(a{40}){40}", "a", None),
        ("[[a]", "[", Some(true)),
        ("^[[:digit:]]+$", "12", Some(true)),
        ("[[:number:]]", "12", None),
        ("^[a&&b]+$", "&ab", Some(true)),
        ("^[a~~b]+$", "~ab", Some(true)),
        ("^[]a]+$", "]a", Some(true)),
        ("^[^]a]+$", "b", Some(true)),
        ("[a", "a", None),
        ("[z-a]", "a", None),
        ("[a-\\d]", "a", None),
        (r"^[\d-z]+$", "1-z", Some(true)),
        (r"^\x{41}\p{Lu}$", "AB", Some(true)),
        (r"\<a", "<a", Some(true)),
        (r"\_\&", "_&", Some(true)),
        (r"\u0041", "A", None),
        (r"\e", "A", None),
        (r"a\Z", "a", None),
        (r"^\101\0$", "A\0", Some(true)),
        (r"\8", "8", None),
        (r"^\Qa+b\E+$", "a+bb", Some(true)),
        (r"^\C$", "a", Some(true)),
        (r"\d", "\u{663}", Some(false)),
        (r"\w", "é", Some(false)),
        (r"\s", "\u{b}", Some(false)),
        (r"é\b", "é", Some(false)),
        (r"^\p{Greek}\P{Greek}\p{^Greek}\pL$", "αaaa", Some(true)),
        (r"\p{greek}", "α", None),
        (r"\p{Letter}", "a", None),
        ("(?x)a", "a", None),
        ("(?i-)a", "a", None),
        ("(?)a", "a", Some(true)),
        ("(?i)A", "a", Some(true)),
        ("(?i:A)b", "ab", Some(true)),
        ("(?i-s:A)", "a", Some(true)),
        ("(?P<name>a)", "a", Some(true)),
        ("(?<name>a)", "a", Some(true)),
        ("(?P<>a)", "a", None),
        ("(?=a)", "a", None),
        ("(a", "a", None),
        ("a)", "a", None),
    ] {
        assert_eq!(matches(source, text), wanted, "{source} on {text}");
    }
}
