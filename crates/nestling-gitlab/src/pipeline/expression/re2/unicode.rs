//! Names of RE2's Unicode classes: `\p{Lu}`, `\p{Greek}`.

use regex::Regex;

/// The categories, as RE2 abbreviates them. It has no names for those of characters that are not assigned.
const CATEGORIES: [&str; 36] = [
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
    "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// Returns the name by which the crate knows a class of RE2; `None` where RE2 has none of that name.
pub(super) fn unicode_class(name: &str) -> Option<String> {
    match name {
        "Any" => return Some("Any".to_owned()),
        // There are no halves of pairs in a string, and the crate has no such class.
        "Cs" => return Some("Co".to_owned()),
        name if CATEGORIES.contains(&name) => return Some(name.to_owned()),
        _ => {}
    }
    let class = format!("Script={name}");
    let is_script = is_spelt_like_a_script(name) && Regex::new(&format!("\\p{{{class}}}")).is_ok();
    is_script.then_some(class)
}

/// The crate knows scripts by abbreviations and in any case, RE2 by one spelling: `Old_Italic`.
fn is_spelt_like_a_script(name: &str) -> bool {
    const SHORTEST: usize = 2;
    let is_word = |word: &str| {
        let mut characters = word.chars();
        let is_capital = characters.next().is_some_and(|first| first.is_ascii_uppercase());
        is_capital && word.len() >= SHORTEST && characters.all(|c| c.is_ascii_lowercase())
    };
    // Abbreviations have four letters, such as `Grek`; few names have.
    const SHORT: [&str; 8] = ["Ahom", "Cham", "Kawi", "Lisu", "Modi", "Newa", "Thai", "Toto"];
    let is_name = name.len() != 4 || SHORT.contains(&name);
    is_name && (name == "SignWriting" || name.split('_').all(is_word) || name == "Nko")
}
