//! The names and first lines of parts, which tell them from other files.

use super::output::EmittedFile;

/// The end of a part's first line, behind its number and the number of parts.
const FIRST_LINE_END: &str = ", written by Nestling; do not edit.";

/// `child-pipeline.yml` to `child-pipeline.part-1.yml`: the parent's `artifacts: paths: [child-pipeline*.yml]` has both.
pub(super) fn path(file: &str, number: usize) -> String {
    let (folder, name) =
        file.rsplit_once('/').map_or(("", file), |(folder, _)| file.split_at(folder.len() + 1));
    let (stem, extension) = split(name);
    format!("{folder}{stem}.part-{number}.{extension}")
}

/// The first line of a part, whatever else is left out of it: without that line nobody could clear it away.
pub(super) fn first_line(number: usize, of: usize) -> String {
    format!("# Part {number} of {of}{FIRST_LINE_END}\n")
}

impl EmittedFile {
    /// Returns whether a file called `name`, beside a child pipeline called `file`, could be one of its parts.
    ///
    /// ```
    /// use nestling::EmittedFile;
    ///
    /// assert!(EmittedFile::is_part_name("child-pipeline.part-2.yml", "child-pipeline.yml"));
    /// assert!(!EmittedFile::is_part_name("notes.yml", "child-pipeline.yml"));
    /// ```
    pub fn is_part_name(name: &str, file: &str) -> bool {
        part_number(name, file).is_some_and(is_number)
    }

    /// Returns whether a text begins as the parts of a child pipeline do, so that a program which clears away those of an
    /// older run removes nobody else's file.
    ///
    /// ```
    /// assert!(!nestling::EmittedFile::is_part("stages: [build]\n"));
    /// ```
    pub fn is_part(text: &str) -> bool {
        first_line_numbers(text).is_some_and(|(number, of)| is_number(number) && is_number(of))
    }
}

fn part_number<'a>(name: &'a str, file: &str) -> Option<&'a str> {
    let (stem, extension) = split(file);
    name.strip_prefix(stem)?.strip_prefix(".part-")?.strip_suffix(extension)?.strip_suffix('.')
}

fn first_line_numbers(text: &str) -> Option<(&str, &str)> {
    let first_line = text.lines().next()?;
    first_line.strip_prefix("# Part ")?.strip_suffix(FIRST_LINE_END)?.split_once(" of ")
}

/// The name without its extension, and that.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or((name, "yml"))
}

/// As we write it: nothing before it, and no zero.
fn is_number(text: &str) -> bool {
    text.parse::<usize>().is_ok_and(|number| number > 0 && number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_from_other_files() {
        for (file, number, expected) in [
            ("child.yml", 1, "child.part-1.yml"),
            ("a.b/child", 12, "a.b/child.part-12.yml"),
            ("a/b.c.yaml", 3, "a/b.c.part-3.yaml"),
        ] {
            let path = path(file, number);
            assert_eq!(path, expected);
            let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
            assert!(EmittedFile::is_part_name(&name(&path), &name(file)), "{path}");
        }
        for name in [
            "child.yml",
            "child.part-.yml",
            "child.part-0.yml",
            "child.part-01.yml",
            "child.part-+1.yml",
            "child.part-1.yaml",
            "child.part-1.yml.orig",
            "child.part-1yml",
            "children.part-1.yml",
            "child.part-one.yml",
        ] {
            assert!(!EmittedFile::is_part_name(name, "child.yml"), "{name}");
        }
        assert!(
            EmittedFile::is_part(&first_line(1, 20))
                && EmittedFile::is_part(&(first_line(3, 3) + "\nstages: [build]\n"))
        );
        for text in
            ["", "# Part 1 of 2\n", "# Part one of 2, written by Nestling; do not edit.\n", "stages: [a]\n"]
        {
            assert!(!EmittedFile::is_part(text), "{text}");
        }
    }
}
