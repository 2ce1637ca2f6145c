use crate::pipeline::expression::{Expression, Truth, Variable};

/// Variables of the tables: `$A` to `$C` are set, `$E` is empty, `$S` is blank, `$N` is not set, `$U` is unknown.
fn variable(name: &str) -> Variable {
    let text = match name {
        "A" => "a",
        "B" => "b",
        "ABC" => "abc",
        "E" => "",
        "S" => "  ",
        "TRUE" => "true",
        "NULL" => "null",
        "RE" => "/^ab/",
        "RE_I" => "/^AB/i",
        "RE_ONE" => "/b/",
        "RE_BAD" => "/(b/",
        "SLASHED" => "/b",
        "BRANCH" => "feature/x-1",
        "LINES" => "one\ntwo",
        name if name.starts_with('U') => return Variable::Unknown,
        _ => return Variable::Unset,
    };
    Variable::Set(text.to_owned())
}

fn holds(condition: &str) -> Truth {
    Expression::parse(condition).unwrap_or_else(|error| panic!("{condition}: {error}")).evaluate(&variable)
}

/// Each row is a condition and whether GitLab takes it for true.
const CONDITIONS: &[(&str, bool)] = &[
    // A value by itself: there, and not blank.
    ("$A", true),
    ("$E", false),
    ("$S", false),
    ("$N", false),
    ("\"text\"", true),
    ("\"\"", false),
    ("\" \"", false),
    ("null", false),
    ("/ab/", true),
    // Equality knows types: an empty string is not null.
    ("$A == \"a\"", true),
    ("$A == 'a'", true),
    ("\"a\" == $A", true),
    ("$A == $B", false),
    ("$A != \"a\"", false),
    ("$A != \"A\"", true),
    ("$N == null", true),
    ("$E == null", false),
    ("$E != null", true),
    ("$E == \"\"", true),
    ("$N == \"\"", false),
    ("$N == $NOTHING", true),
    ("$NULL == null", false),
    ("$A == null", false),
    ("null == null", true),
    ("$A == 'it\"s'", false),
    // Patterns are searched for, and only anchors make them match the whole.
    ("$ABC =~ /bc/", true),
    ("$ABC =~ /^bc/", false),
    ("$ABC =~ /^abc$/", true),
    ("$ABC =~ /ABC/", false),
    ("$ABC =~ /ABC/i", true),
    ("$ABC =~ /^a.c$/", true),
    ("$ABC !~ /bc/", false),
    ("$ABC !~ /xy/", true),
    ("$BRANCH =~ /^feature\\/.*-[0-9]+$/", true),
    ("$BRANCH =~ /^(feature|fix)\\//", true),
    ("$LINES =~ /one.two/", false),
    ("$LINES =~ /one.two/s", true),
    ("$LINES =~ /^two/", false),
    ("$LINES =~ /^two/m", true),
    // Nothing is an empty text on the left, and never matches on the right.
    ("$N =~ /a*/", true),
    ("$N =~ /ab/", false),
    ("$N !~ /ab/", true),
    ("$A =~ $N", false),
    ("$A !~ $N", true),
    ("$A =~ null", false),
    // A variable on the right is read as a pattern, even one that could not be written in the condition.
    ("$ABC =~ $RE", true),
    ("$A =~ $RE", false),
    ("$ABC !~ $RE", false),
    ("$ABC =~ $RE_I", true),
    ("$ABC =~ $RE_ONE", true),
    ("$A =~ $RE_ONE", false),
    ("$ABC =~ \"/^ab/\"", true),
    // What is no pattern is searched for the left side, the wrong way round.
    ("\"23\" =~ \"1234\"", true),
    ("\"1234\" =~ \"23\"", false),
    ("$B =~ $ABC", true),
    ("$ABC =~ $B", false),
    ("$B !~ $ABC", false),
    ("$B =~ $RE_BAD", true),
    ("$A =~ $RE_BAD", false),
    ("$B =~ $SLASHED", true),
    ("$E =~ $E", true),
    ("$N =~ \"x\"", true),
    // `&&` binds tighter than `||`, and an empty string is true between them.
    ("$A && $B", true),
    ("$A && $N", false),
    ("$N || $B", true),
    ("$N || $N", false),
    ("$A || $N && $N", true),
    ("$N && $N || $A", true),
    ("($A || $N) && $N", false),
    ("$N && ($N || $A)", false),
    ("$E && $A", true),
    ("$E || $A", false),
    ("$A && $E", false),
    ("$N || $E", false),
    ("$A == \"a\" && $B == \"b\" || $N", true),
    ("$N || $B == \"b\" && $A == \"x\"", false),
    ("$A == \"x\" && $B == \"b\" || $A == \"a\"", true),
    ("($A == \"a\")", true),
    ("(($A) == (\"a\"))", true),
    ("$A==\"a\"&&$B==\"b\"", true),
    ("  $A\t==\n\"a\"  ", true),
    // Comparisons from the left: a boolean equals its text.
    ("$A == \"a\" == \"true\"", true),
    ("$A == \"b\" == \"false\"", true),
    ("$A == \"a\" == $A", false),
    // Booleans, and `!`, which binds to the value after it.
    ("true", true),
    ("false", false),
    ("$TRUE == true", true),
    ("$TRUE != true", false),
    ("$A == true", false),
    ("$N == false", false),
    ("!$A", false),
    ("!$N", true),
    ("!$E", true),
    ("!!$A", true),
    ("!$A == \"false\"", true),
    ("!$A == \"a\"", false),
    ("!($A == \"b\")", true),
    ("\"false\" == !$A", true),
    ("!$N && $A", true),
    ("$A =~ false", false),
];

#[test]
fn conditions_hold_as_in_gitlab() {
    for (condition, want) in CONDITIONS {
        let want = if *want { Truth::Yes } else { Truth::No };
        assert_eq!(holds(condition), want, "{condition}");
    }
}

/// With variables that nobody knows yet: what holds whatever they are, what never does, and what may.
#[test]
fn what_is_not_known_is_maybe_unless_it_makes_no_difference() {
    for (condition, want) in [
        ("$U", Truth::Maybe),
        ("!$U", Truth::Maybe),
        ("$U == \"a\"", Truth::Maybe),
        ("$U == null", Truth::Maybe),
        ("$U =~ /ab/", Truth::Maybe),
        ("$A =~ $U", Truth::Maybe),
        ("$U =~ null", Truth::No),
        ("$U !~ $N", Truth::Yes),
        ("$U && $N", Truth::No),
        ("$N && $U", Truth::No),
        ("$U && $A", Truth::Maybe),
        ("$A && $U", Truth::Maybe),
        ("$U == \"a\" && $A == \"b\"", Truth::No),
        ("$A || $U", Truth::Yes),
        // `$U` may be there and empty.
        ("$U || $A", Truth::Maybe),
        ("$U == \"a\" || $A", Truth::Yes),
        ("$U == \"a\" || $A == \"a\"", Truth::Yes),
        ("$U == \"a\" || $A == \"b\"", Truth::Maybe),
        ("$U == \"a\" || $E", Truth::Maybe),
        ("($U && \"\") || $A", Truth::Maybe),
        ("$U == \"a\" == \"true\"", Truth::Maybe),
        ("$U == \"a\" == \"b\"", Truth::No),
        ("!($U == \"a\" || $A)", Truth::No),
        ("($U == \"a\" || $A) == $A", Truth::Maybe),
        ("($U == \"a\" || $A) =~ /ab/", Truth::Maybe),
        ("$U == $U2", Truth::Maybe),
    ] {
        assert_eq!(holds(condition), want, "{condition}");
    }
}

/// Each row: a string that GitLab refuses, the character at which it stops, and why.
#[test]
fn what_gitlab_cannot_read_is_refused_with_its_place() {
    for (text, offset, message) in [
        ("", 0, "missing value at the end"),
        ("  ", 2, "missing value at the end"),
        ("$A == ", 6, "missing value at the end"),
        ("$A &&", 5, "missing value at the end"),
        ("!", 1, "missing value at the end"),
        ("== $A", 0, "missing value before an operator or parenthesis"),
        ("$A || || $B", 6, "missing value before an operator or parenthesis"),
        ("()", 1, "missing value before an operator or parenthesis"),
        ("$A $B", 3, "missing operator, such as `==` or `&&`"),
        ("$A (", 3, "missing operator, such as `==` or `&&`"),
        ("($A", 0, "unclosed parenthesis"),
        ("$A)", 2, "unmatched closing parenthesis"),
        ("${A} == \"a\"", 0, "`${A}` is not a variable: write `$NAME`, without braces"),
        ("$A == a", 6, "unexpected `a`: quote strings, and start variables with `$`"),
        ("$A = \"a\"", 3, "unexpected `=`: quote strings, and start variables with `$`"),
        ("$A & $B", 3, "unexpected `&`: quote strings, and start variables with `$`"),
        ("$É == \"é\"", 0, "`$É` is not a variable: write `$NAME`, without braces"),
        ("\"é\" == $A == ü", 13, "unexpected `ü`: quote strings, and start variables with `$`"),
        ("$A == \"a", 6, "unterminated string: `\"a`"),
        ("$A == \"a\nb\"", 6, "unterminated string: `\"a`"),
        ("$A =~ /a/", 6, "`/a/` is not a pattern: write at least two characters between slashes"),
        ("$A =~ /a", 6, "`/a` is not a pattern: write at least two characters between slashes"),
        ("$A =~ /(ab/", 6, "`/(ab/` is not a valid RE2 expression"),
        ("$A =~ /a(?!b)/", 6, "`/a(?!b)/` is not a valid RE2 expression"),
        ("$A =~ /a\nb/", 6, "`/a\nb/` is not a valid RE2 expression"),
        ("$A\u{a0}== \"a\"", 2, "unexpected ``: quote strings, and start variables with `$`"),
    ] {
        let error = Expression::parse(text).expect_err(text);
        assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
    }
}

#[test]
fn ninety_nine_signs_are_read_and_a_hundred_are_not() {
    let chain = |values: usize| vec!["$A"; values].join(" && ");
    assert_eq!(holds(&chain(50)), Truth::Yes, "99 signs");
    let error = Expression::parse(&format!("!{}", chain(50))).expect_err("100 signs");
    assert_eq!(error.message, "a condition must have fewer than 100 tokens");
    assert!(Expression::parse(&chain(51)).is_err());
    assert!(Expression::parse(&"(".repeat(100_000)).is_err());
}

#[test]
fn variables_equalities_and_recent_signs_are_told() {
    let expression =
        Expression::parse("$A == \"x\" && (!$B || 'y' == $A) || $C != \"z\" && $D =~ /ab/").unwrap();
    assert_eq!(expression.variables(), ["A", "B", "A", "C", "D"]);
    assert_eq!(expression.equalities(), [("A", "x"), ("A", "y")]);
    assert!(expression.is_recent());
    for (text, recent) in
        [("$A", false), ("$A == \"true\"", false), ("$A == true", true), ("$A != \"a\"", false)]
    {
        assert_eq!(Expression::parse(text).unwrap().is_recent(), recent, "{text}");
    }
}
