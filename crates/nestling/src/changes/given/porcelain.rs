//! Lists as `git status` writes them: `--porcelain` (`-s`), and `--porcelain=v2`
//! (<https://git-scm.com/docs/git-status#_porcelain_format_version_1>).

use super::quoted::unquoted;

/// The letters of both columns.
const LETTERS: &[u8] = b" MTADRCU?!";

/// A path of the list: a status's letter, the path, and the one that it was renamed or copied from.
pub(super) type Entry = (u8, Vec<u8>, Option<Vec<u8>>);

/// Reads such a list; `None` where some line is none of it. The lines of a branch are left out.
pub(super) fn entries(list: &[u8]) -> Option<Vec<(usize, Entry)>> {
    let lines =
        || list.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).enumerate();
    read(lines(), first_version).or_else(|| read(lines(), second_version))
}

fn read<'l>(
    lines: impl Iterator<Item = (usize, &'l [u8])>,
    entry: fn(&[u8]) -> Option<Entry>,
) -> Option<Vec<(usize, Entry)>> {
    let mut entries = Vec::new();
    for (index, line) in lines {
        if !line.is_empty() && !is_header(line) {
            entries.push((index, entry(line)?));
        }
    }
    (!entries.is_empty()).then_some(entries)
}

/// Reads the fields of `git status --porcelain -z`, where the path that a file was renamed from follows the new one.
pub(super) fn entries_of_fields(fields: &[&[u8]]) -> Option<Vec<(usize, Entry)>> {
    let mut entries = Vec::new();
    let mut fields = fields.iter().enumerate();
    while let Some((index, field)) = fields.next() {
        if field.starts_with(b"## ") {
            continue;
        }
        let letter = letter(field)?;
        let old = if matches!(letter, b'R' | b'C') { Some(fields.next()?.1.to_vec()) } else { None };
        entries.push((index, (letter, field[3..].to_vec(), old)));
    }
    (!entries.is_empty()).then_some(entries)
}

/// Reads the fields of `git status --porcelain=v2 -z`, in which no path is quoted, as [`entries_of_fields`] does.
pub(super) fn entries_of_fields_v2(fields: &[&[u8]]) -> Option<Vec<(usize, Entry)>> {
    let mut entries = Vec::new();
    let mut fields = fields.iter().enumerate();
    while let Some((index, field)) = fields.next() {
        if is_header(field) {
            continue;
        }
        let (letter, path) = second_version_parts(field)?;
        let old = if field.starts_with(b"2") { Some(fields.next()?.1.to_vec()) } else { None };
        entries.push((index, (letter, path.to_vec(), old)));
    }
    (!entries.is_empty()).then_some(entries)
}

/// Returns `true` for a line that is about the branch or the stash.
fn is_header(line: &[u8]) -> bool {
    [&b"## "[..], b"# branch.", b"# stash "].iter().any(|start| line.starts_with(start))
}

/// Reads `XY PATH`, or `XY OLD -> NEW`.
fn first_version(line: &[u8]) -> Option<Entry> {
    let letter = letter(line)?;
    let path = &line[3..];
    let arrow = path.windows(4).position(|part| part == b" -> ").filter(|_| matches!(letter, b'R' | b'C'));
    Some(match arrow {
        Some(arrow) => {
            let (old, new) = (unquoted(&path[..arrow]), unquoted(&path[arrow + 4..]));
            (letter, new.into_owned(), Some(old.into_owned()))
        }
        None => (letter, unquoted(path).into_owned(), None),
    })
}

/// Returns the letter that says most: what the index has, or else the work tree.
fn letter(line: &[u8]) -> Option<u8> {
    let [index, work_tree, b' ', _, ..] = line else { return None };
    let is_known = LETTERS.contains(index) && LETTERS.contains(work_tree);
    if !is_known || (*index, *work_tree) == (b' ', b' ') {
        return None;
    }
    Some(match (index, work_tree) {
        (b'?' | b'!', _) => b'A',
        (b' ', letter) | (letter, _) => *letter,
    })
}

/// Reads `1 XY …8 FIELDS PATH`, `2 XY …9 FIELDS NEW<TAB>OLD`, `u XY …10 FIELDS PATH`, `? PATH` and `! PATH`.
fn second_version(line: &[u8]) -> Option<Entry> {
    let (letter, path) = second_version_parts(line)?;
    if letter == b'A' && matches!(line.first(), Some(b'?' | b'!')) {
        return Some((letter, unquoted(path).into_owned(), None));
    }
    let mut paths = path.splitn(2, |byte| *byte == b'\t');
    let new = unquoted(paths.next()?).into_owned();
    let old = paths.next().map(|old| unquoted(old).into_owned());
    Some((letter, new, old))
}

/// Returns the letter of an entry of the second version, and the rest of it.
fn second_version_parts(line: &[u8]) -> Option<(u8, &[u8])> {
    let fields = match line.first()? {
        b'1' => 8,
        b'2' => 9,
        b'u' => 10,
        b'?' | b'!' => 1,
        _ => return None,
    };
    let mut words = line.splitn(fields + 1, |byte| *byte == b' ');
    words.next().filter(|word| word.len() == 1)?;
    if fields == 1 {
        return Some((b'A', words.next()?));
    }
    let status = words.next().filter(|status| status.len() == 2)?;
    let letter = if status[0] == b'.' { status[1] } else { status[0] };
    Some((letter, words.nth(fields - 2)?))
}
