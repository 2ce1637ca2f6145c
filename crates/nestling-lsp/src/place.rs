//! The place of the cursor: which document, under which keys, and what is typed there.

use crate::meaning::{FileKind, Section};
use crate::outline::{ITEM, Outline};
use std::ops::Range;

/// Kind of text that can be typed at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A key of the mapping that the path leads to.
    Key,
    /// The value that the path leads to.
    Value,
    /// Either: an item of a list, or a word on the line below a key.
    Either,
}

/// The place of the cursor in a file, in whatever state the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place<'t> {
    pub section: Section,
    /// The keys down to the mapping of a key, or down to a value with its own key.
    pub path: Vec<&'t str>,
    pub slot: Slot,
    /// The bytes of what is typed already.
    pub typed: Range<usize>,
    /// The entry that holds the key, or has the value.
    pub holder: Option<usize>,
    /// Set between quotes, where everything is a part of a string.
    pub is_quoted: bool,
}

impl<'t> Place<'t> {
    /// Returns the place at an offset.
    pub(crate) fn at(outline: &Outline<'t>, offset: usize, kind: &FileKind) -> Self {
        let document = outline.document_at(offset);
        let section = Section::of(outline, document, kind);
        let path_of = |holder: Option<usize>| holder.map(|holder| outline.path(holder)).unwrap_or_default();
        let place = |slot: Slot, holder: Option<usize>, typed: Range<usize>| Self {
            section,
            path: path_of(holder),
            slot,
            is_quoted: false,
            typed,
            holder,
        };
        if let Some((slot, holder, typed)) = at_token(outline, offset) {
            let is_quoted = outline.text[..typed.start].ends_with(['"', '\'']);
            return Self { is_quoted, ..place(slot, holder, typed) };
        }
        let here = offset..offset;
        if let Some(holder) = innermost_brackets(outline, offset) {
            let open = outline.entries[holder].flow.as_ref().map_or(0, |flow| flow.start);
            if outline.text.as_bytes()[open] == b'[' {
                let mut in_list = place(Slot::Value, Some(holder), here);
                in_list.path.push(ITEM);
                return in_list;
            }
            let before = outline.text[..offset].trim_end();
            let last =
                outline.children(Some(holder)).filter(|child| outline.entries[*child].start < offset).last();
            return match last {
                Some(last) if before.ends_with(':') => place(Slot::Value, Some(last), here),
                _ => place(Slot::Key, Some(holder), here),
            };
        }
        let line_start = outline.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let in_line = |index: &usize| (line_start..offset).contains(&outline.entries[*index].start);
        let last_in_line = (0..outline.entries.len()).rfind(in_line);
        if let Some(last) = last_in_line {
            let slot = if outline.entries[last].key.is_some() { Slot::Value } else { Slot::Either };
            return place(slot, Some(last), here);
        }
        let column = offset - line_start;
        place(Slot::Key, block_parent(outline, document, offset, column), here)
    }
}

/// Returns the key or the value that the cursor touches.
fn at_token(outline: &Outline<'_>, offset: usize) -> Option<(Slot, Option<usize>, Range<usize>)> {
    let touches = |range: &Range<usize>| range.start <= offset && offset <= range.end;
    // A name may have blanks: `unit |` can become `unit tests`.
    let with_blanks = |range: Range<usize>| {
        let is_plain = !outline.text[..range.start].ends_with(['"', '\'']) && !range.is_empty();
        let behind = outline.text.get(range.end..offset).unwrap_or("\n");
        let is_blank = behind.bytes().all(|byte| byte == b' ');
        if is_plain && is_blank { range.start..offset } else { range }
    };
    for (index, entry) in outline.entries.iter().enumerate().rev() {
        if let Some(key) = entry.key.clone().filter(touches) {
            return Some((Slot::Key, entry.parent, key));
        }
        if let Some(value) = entry.value.clone().map(with_blanks).filter(touches) {
            let line = &outline.text[entry.start..value.start];
            let is_in_list = entry.parent.and_then(|parent| outline.entries[parent].flow.clone());
            let slot = match entry.key {
                Some(_) if !line.contains('\n') => Slot::Value,
                None if is_in_list.is_some_and(|list| outline.text[list].starts_with('[')) => Slot::Value,
                _ => Slot::Either,
            };
            return Some((slot, Some(index), value));
        }
    }
    None
}

/// Returns the entry with the innermost brackets around an offset.
fn innermost_brackets(outline: &Outline<'_>, offset: usize) -> Option<usize> {
    let around = outline.entries.iter().enumerate().filter_map(|(index, entry)| {
        let flow = entry.flow.as_ref()?;
        let is_closed = outline.text[flow.clone()].ends_with(['}', ']']) && flow.len() > 1;
        let is_inside = flow.start < offset && (offset < flow.end || (!is_closed && offset == flow.end));
        is_inside.then_some((index, flow.len()))
    });
    around.min_by_key(|(_, length)| *length).map(|(index, _)| index)
}

/// Returns the entry whose keys begin at a column of an empty line.
fn block_parent(outline: &Outline<'_>, document: usize, offset: usize, column: usize) -> Option<usize> {
    let before = |index: &usize| {
        let entry = &outline.entries[*index];
        entry.document == document && entry.start < offset
    };
    let last = (0..outline.entries.len()).rfind(before)?;
    outline.above(last).find(|index| outline.entries[*index].column < column)
}

/// Returns `true` in a comment. `#%` opens a control line where there are templates.
pub(crate) fn is_in_comment(text: &str, offset: usize, has_templates: bool) -> bool {
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[line_start..offset];
    if has_templates && line.trim_start().starts_with("#%") {
        return false;
    }
    let mut quote = None;
    let mut before = ' ';
    for character in line.chars() {
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) => {}
            // Elsewhere an apostrophe is one.
            None if matches!(character, '"' | '\'') && " \t[{(,:=-".contains(before) => {
                quote = Some(character);
            }
            None if character == '#' && before.is_whitespace() => return true,
            None => {}
        }
        before = character;
    }
    false
}

/// Returns `true` where nothing can be typed without breaking what is there: behind a closed collection or string, before one, in
/// the indentation of a line, and in the line between documents.
pub(crate) fn takes_nothing(outline: &Outline<'_>, offset: usize, place: &Place<'_>) -> bool {
    let text = outline.text;
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line_start..offset];
    let rest = text[offset..].split('\n').next().unwrap_or_default();
    if before.starts_with("--") || (before.starts_with('-') && rest.starts_with("--")) {
        return true;
    }
    if !place.typed.is_empty() || place.is_quoted {
        return false;
    }
    let is_in_indentation = before.trim().is_empty() && rest.starts_with(' ') && !rest.trim().is_empty();
    let is_behind = before.trim_end().ends_with([']', '}', '"', '\'']);
    let own = place.holder.map(|holder| &outline.entries[holder]).filter(|_| place.slot == Slot::Value);
    let is_before = own.and_then(|entry| entry.flow.as_ref()).is_some_and(|flow| offset <= flow.start);
    is_in_indentation || is_behind || is_before
}

/// The part of an expression or of a statement before the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Before<'t> {
    pub text: &'t str,
    /// Set on a control line and in `{% %}`.
    pub is_statement: bool,
}

/// Returns the part of an expression or a control line before the cursor, if it is in one.
pub(crate) fn expression_before(text: &str, offset: usize) -> Option<Before<'_>> {
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line_start..offset];
    if let Some(control) = before.trim_start().strip_prefix("#%") {
        return Some(Before { text: control, is_statement: true });
    }
    let opened = [("${{", "}}"), ("{%", "%}")].into_iter().filter_map(|(open, close)| {
        let text = &before[before.rfind(open)? + open.len()..];
        (!text.contains(close)).then_some(Before { text, is_statement: open == "{%" })
    });
    opened.min_by_key(|inside| inside.text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor is at `|`.
    fn at(text: &str) -> String {
        let offset = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let outline = Outline::of(&text);
        let place = Place::at(&outline, offset, &FileKind::Nestling);
        let typed = &text[place.typed.clone()];
        format!("{:?} {:?} {} `{typed}`", place.section, place.slot, place.path.join("/"))
    }

    #[test]
    fn the_place_is_known_in_broken_files() {
        for (text, expected) in [
            ("un|", "Jobs Key  `un`"),
            ("unit:\n  us|", "Header Either unit `us`"),
            ("unit:\n  use: no|", "Header Value unit/use `no`"),
            ("unit:\n  use: |", "Header Value unit/use ``"),
            ("unit:\n  use:\n    - no|", "Header Either unit/use/- `no`"),
            ("unit:\n  use:\n    - |", "Header Either unit/use/- ``"),
            ("unit:\n  use:\n    - no |", "Header Either unit/use/- `no `"),
            ("unit: { use: no|", "Header Value unit/use `no`"),
            ("unit: { use: |", "Header Value unit/use ``"),
            ("unit: { use: [no|", "Header Value unit/use/- `no`"),
            ("unit: { use: [a, |] }", "Header Value unit/use/- ``"),
            ("unit: { | }\n", "Header Key unit ``"),
            ("unit: {}\n---\nbuild:\n  st|\n  script: x\n", "Jobs Key build `st`"),
            ("unit: {}\n---\nbuild:\n  script: x\n  |\ntest:\n  script: y\n", "Jobs Key build ``"),
            ("unit: {}\n---\nbuild:\n  needs:\n    - job: b|\n", "Jobs Value build/needs/-/job `b`"),
            ("unit: {}\n---\nbuild: {}\n|", "Jobs Key  ``"),
            ("unit: {}\n---\n|", "Jobs Key  ``"),
            ("build:\r\n  stage: t|\r\n", "Jobs Value build/stage `t`"),
        ] {
            assert_eq!(at(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_expression_is_found_before_it_is_closed() {
        for (text, expected) in [
            ("a: ${{ inputs.|", Some(" inputs.")),
            ("a: ${{ b }}|", None),
            ("a: ${{ b }} ${{ c |", Some(" c ")),
            ("  #% if un|", Some(" if un")),
            ("a: b # ${{ c }}\n|", None),
        ] {
            let offset = text.find('|').unwrap();
            let text = text.replacen('|', "", 1);
            let before = expression_before(&text, offset).map(|before| before.text);
            assert_eq!(before, expected, "{text:?}");
        }
    }

    #[test]
    fn nothing_is_typed_into_what_is_whole() {
        for (text, expected) in [
            ("a: [b]|", true),
            ("a: { b: c } |", true),
            ("a: { b: \"c\"|, d: e }", true),
            ("a: |[b]", true),
            ("a:| { b: c }", true),
            ("a:\n | b: c", true),
            ("--|-\n", true),
            ("a: [|]", false),
            ("a: { b: \"|\" }", false),
            ("a: { b: c, | }", false),
            ("a:\n  |\n  b: c", false),
            ("- |", false),
            ("a: |", false),
        ] {
            let offset = text.find('|').unwrap();
            let text = text.replacen('|', "", 1);
            let outline = Outline::of(&text);
            let place = Place::at(&outline, offset, &FileKind::Jobs);
            assert_eq!(takes_nothing(&outline, offset, &place), expected, "{text:?}");
        }
    }

    #[test]
    fn a_comment_is_told_from_strings_and_control_lines() {
        for (text, expected) in [
            ("# a|", true),
            ("a: b # c|", true),
            ("a: \"b # c|", false),
            ("a: b#c|", false),
            ("a: it's # c|", true),
            ("#% if x|", false),
            ("# a\n|", false),
        ] {
            let offset = text.find('|').unwrap();
            assert_eq!(is_in_comment(&text.replacen('|', "", 1), offset, true), expected, "{text:?}");
        }
        assert!(is_in_comment("#% if x", 7, false));
    }
}
