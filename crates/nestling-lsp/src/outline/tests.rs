use super::*;
use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::yaml::{Node, Style, parse_file};

/// Each scalar as `line path=text`.
fn read(text: &str) -> Vec<String> {
    let outline = Outline::of(text);
    let line = |offset: usize| text[..offset].matches('\n').count() + 1;
    let mut scalars = Vec::new();
    for (index, entry) in outline.entries.iter().enumerate() {
        if let Some(value) = &entry.value {
            let shown = text[value.clone()].lines().next().unwrap_or_default();
            scalars.push(format!("{} {}={shown}", line(value.start), outline.path(index).join("/")));
        }
        if entry.is_half {
            scalars.push(format!("{} {}?", line(entry.start), outline.path(index).join("/")));
        }
    }
    scalars
}

#[test]
fn keys_and_values_are_read_in_any_state() {
    for (text, expected) in [
        ("a: 1\nb:\n  c: d # comment\n", &["1 a=1", "3 b/c=d"][..]),
        ("a:\n- b: 1\n  c: 2\n- d\n", &["2 a/-/b=1", "3 a/-/c=2", "4 a/-=d"]),
        ("a: { b: c, d: [e, \"f\"] }\n", &["1 a/b=c", "1 a/d/-=e", "1 a/d/-=f"]),
        ("a: { b: [\nc: d\n", &["2 c=d"]),
        ("a: [b,\n  c]\nd: 'e''f'\n", &["1 a/-=b", "2 a/-=c", "3 d=e''f"]),
        ("a: |\n  b: c\n#% if x\n  d\ne: f\n", &["1 a=|", "5 e=f"]),
        ("job:\n  stage: test\n  scr\n", &["2 job/stage=test", "3 job/scr?"]),
        ("job:\n  scr\n", &["2 job=scr"]),
        ("job:\n  scr\n  a: b\n", &["2 job/scr?", "3 job/a=b"]),
        ("scr\n", &["1 scr?"]),
        ("a: \"unclosed\nb: c\n", &["1 a=unclosed", "2 b=c"]),
        ("unit: { use: no", &["1 unit/use=no"]),
        ("unit: {}\n---\na: b\n", &["3 a=b"]),
        ("\u{feff}a: b\r\nc:\r\n  - d\r\n", &["1 a=b", "3 c/-=d"]),
        ("a: x ${{ b: c }} y\n", &["1 a=x ${{ b: c }} y"]),
        (
            "run ${{ i }}:\n  needs: [\"${{ j }}: k\", ${{ l }}]\n",
            &["2 run ${{ i }}/needs/-=${{ j }}: k", "2 run ${{ i }}/needs/-=${{ l }}"],
        ),
        ("a: !reference [.b, script]\n", &["1 a/-=.b", "1 a/-=script"]),
        ("{ workspace: { x: y } }\n", &["1 workspace/x=y"]),
        ("a: \u{1F600}b\n\u{1F600}: c\n", &["1 a=\u{1F600}b", "2 \u{1F600}=c"]),
        ("a: - b\n: c\n", &["1 a=- b", "2 =c"]),
        ("a: b\n  more\nc: d\n", &["1 a=b", "3 c=d"]),
    ] {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

/// The scalars of a tree with their lines and columns.
fn scalars(node: &Node, places: &mut Vec<(Origin, String)>) {
    if let Some(scalar) = node.as_scalar() {
        let is_here = scalar.style != Style::Block && !scalar.text.contains(['\n', '\\', '\'', '"']);
        if is_here && !scalar.text.is_empty() && !node.origin.is_generated() {
            places.push((node.origin, scalar.text.to_string()));
        }
    }
    for item in node.as_seq().unwrap_or_default() {
        scalars(item, places);
    }
    for entry in node.as_map().map(|map| &map.entries).into_iter().flatten() {
        places.push((entry.key.origin, entry.key.text().to_owned()));
        scalars(&entry.value, places);
    }
}

/// Every key and every scalar of the examples that the parser reads is read at the same place.
#[test]
fn the_examples_are_read_as_the_parser_reads_them() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut directories = vec![root.join("examples"), root.join("templates")];
    let (mut files, mut compared) = (0, 0);
    while let Some(directory) = directories.pop() {
        for path in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let is_yaml = path.extension().is_some_and(|extension| extension == "yml");
            let Some(text) = is_yaml.then(|| std::fs::read_to_string(&path).unwrap()) else { continue };
            // Aliases are copies of what is elsewhere, and merged keys as well.
            if text.contains(": *") || text.contains("<<") {
                continue;
            }
            let Ok(documents) = parse_file(&text, FileId::from_index(0)) else { continue };
            let mut wanted = Vec::new();
            documents.iter().for_each(|node| scalars(node, &mut wanted));
            let outline = Outline::of(&text);
            let ranges = outline.entries.iter().flat_map(|entry| [entry.key.clone(), entry.value.clone()]);
            let starts: std::collections::BTreeSet<usize> =
                ranges.flatten().map(|range| range.start).collect();
            let lines: Vec<usize> =
                std::iter::once(0).chain(text.match_indices('\n').map(|(offset, _)| offset + 1)).collect();
            files += 1;
            for (origin, scalar) in wanted.iter().filter(|(origin, _)| origin.column > 0) {
                let line = lines[origin.line as usize - 1];
                let column: usize =
                    text[line..].chars().take(origin.column as usize - 1).map(char::len_utf8).sum();
                let offset = line + column;
                let is_quoted = text[offset..].starts_with(['"', '\'']);
                compared += 1;
                assert!(
                    starts.contains(&(offset + usize::from(is_quoted))),
                    "{}:{}:{}: {scalar}",
                    path.display(),
                    origin.line,
                    origin.column
                );
            }
        }
    }
    assert!(files > 60 && compared > 2000, "{files} files, {compared} scalars");
}

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// After any edit, entries are behind those that hold them, ranges at characters and in their lines.
#[test]
fn any_text_is_read_and_has_a_place_everywhere() {
    const TYPED: [&str; 23] = [
        "\n",
        " ",
        "  ",
        "{",
        "}",
        ":",
        ": ",
        "[",
        "]",
        "- ",
        ",",
        "\"",
        "'",
        "#% if x\n",
        "${{ x }}",
        "\u{1F600}",
        "\u{2028}",
        "\u{85}",
        "\u{feff}",
        "\n---\n",
        "|",
        "&a ",
        "!reference [",
    ];
    let start = "unit: { use: [node, \"go\"], name: a }\r\n---\nbuild:\n  script:\n    - make\n  needs: [{ job: a }]\n";
    let mut numbers = Numbers(11);
    let mut text = start.to_owned();
    for edit in 0..4_000 {
        let mut chars: Vec<char> = text.chars().collect();
        let position = numbers.below(chars.len() + 1);
        if numbers.below(3) == 0 {
            let end = (position + 1 + numbers.below(5)).min(chars.len());
            chars.drain(position.min(end)..end);
        } else {
            chars.splice(position..position, TYPED[numbers.below(TYPED.len())].chars());
        }
        text = if edit % 200 == 199 { start.to_owned() } else { chars.into_iter().collect() };
        let outline = Outline::of(&text);
        for (index, entry) in outline.entries.iter().enumerate() {
            assert!(entry.parent.is_none_or(|parent| parent < index), "{text:?}");
            for range in [&entry.key, &entry.value, &entry.flow].into_iter().flatten() {
                assert!(text.get(range.clone()).is_some(), "{range:?}: {text:?}");
                assert!(range.start >= entry.start, "{range:?}: {text:?}");
            }
        }
        let offset = text.floor_char_boundary(numbers.below(text.len() + 1));
        let place = crate::place::Place::at(&outline, offset, &crate::meaning::FileKind::Nestling);
        assert!(text.get(place.typed.clone()).is_some(), "{text:?}");
        crate::place::expression_before(&text, offset);
        let kind = crate::meaning::FileKind::Template("node".to_owned());
        let facts = nestling::ide::WorkspaceFacts::default();
        let file = crate::names::NamedFile { kind: &kind, owner: "node", facts: &facts };
        for name in crate::names::names(&outline, file) {
            assert_eq!(text.get(name.range.clone()), Some(name.text.as_str()), "{text:?}");
        }
    }
}
