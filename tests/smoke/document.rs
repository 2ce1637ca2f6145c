//! Any text as YAML. It may be refused; it may not panic, hang or grow, nor change when it is written and read again, and
//! the quick reader of simple files has to see what the whole one sees, places and all.

use nestling_gitlab::diagnostic::{Origin, Sources};
use nestling_gitlab::yaml::{self, Kind, Meaning, Node, ParseLimits, Position};

/// Reads a string as YAML; what is read is written and read again, and says the same.
pub(crate) fn yaml(text: &str) {
    let sources = Sources::default();
    let file = sources.add("a.yml", text);
    let read = yaml::parse_file(text, file);
    let locate = |at: Position| Origin::span(file, at.line, at.column, at.width);
    let whole = yaml::parse(text, &locate, &ParseLimits::default());
    assert_eq!(format!("{read:?}"), format!("{whole:?}"), "{text:?}");
    let Ok(documents) = read else { return };
    for node in documents.iter().filter(|node| matches!(node.kind, Kind::Map(_)) && !is_tagged(node)) {
        let written = yaml::emit(node);
        let read = yaml::parse_file(&written, file);
        let same = read.as_ref().is_ok_and(|read| read.len() == 1 && same(node, &read[0]));
        assert!(same, "{text:?}\nwritten as\n{written}\nand read as {read:#?}");
    }
}

/// Returns `true` if two trees have the same meaning for GitLab.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Scalar(one), Kind::Scalar(other)) => match (one.meaning(), other.meaning()) {
            (Meaning::Float(a), Meaning::Float(b)) => a.total_cmp(&b).is_eq(),
            // One that cannot stand without quotes is written with them; `check` refuses both.
            (Meaning::Symbol, _) => one.text == other.text,
            (a, b) => a == b,
        },
        (Kind::Seq(a), Kind::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Kind::Map(a), Kind::Map(b)) => {
            let pairs = a.entries.iter().zip(&b.entries);
            a.len() == b.len()
                && pairs.into_iter().all(|(a, b)| a.key.text() == b.key.text() && same(&a.value, &b.value))
        }
        _ => false,
    }
}

fn is_tagged(node: &Node) -> bool {
    node.tag.is_some()
        || match &node.kind {
            Kind::Scalar(_) => false,
            Kind::Seq(items) => items.iter().any(is_tagged),
            Kind::Map(map) => map.iter().any(|(_, value)| is_tagged(value)),
        }
}
