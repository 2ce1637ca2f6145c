//! A rule's page for a terminal.

use nestling_gitlab::diagnostic::{Example, ExampleFile, Rule};
use std::fmt::Write as _;

/// The width that paragraphs are wrapped at.
const WIDTH: usize = 100;

/// Returns the page of a rule, for `nestling explain --rule ID`.
pub fn rule(rule: &Rule) -> String {
    let mut text = format!("{} ({})\n\n", rule.id, rule.severities_in_words());
    wrap(&mut text, &format!("Reports that {}.", rule.summary));
    text.push('\n');
    wrap(&mut text, rule.documentation);
    if rule.can_be_allowed() {
        let _ = writeln!(text, "\nAllow a warning: `# nestling: allow({})`", rule.id);
    }
    for (title, shown) in [("Reported", &rule.bad), ("Not reported", &rule.good)] {
        example(&mut text, title, shown);
    }
    let _ = writeln!(text, "\nSource: {}\nDocs:   {}", rule.source_url(), rule.url());
    text
}

fn wrap(text: &mut String, paragraph: &str) {
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            text.push('\n');
            column = 0;
        }
        if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
}

fn example(text: &mut String, title: &str, example: &Example) {
    match example {
        Example::None => {}
        Example::Pipeline(pipeline) => {
            let _ = writeln!(text, "\n{title}:");
            indented(text, pipeline);
        }
        Example::Repository(shown) | Example::Branch(shown) => files(text, title, shown),
        Example::Change { base, head } => {
            files(text, &format!("{title}, at base"), base);
            files(text, &format!("{title}, at head"), head);
        }
    }
}

/// The files of a repository; what programs generate is only named.
fn files(text: &mut String, title: &str, files: &[ExampleFile]) {
    for file in files {
        let _ = writeln!(text, "\n{title}, {}:", file.path);
        if file.is_generated() {
            let _ = writeln!(text, "    (generated)");
        } else {
            indented(text, &String::from_utf8_lossy(file.content));
        }
    }
}

fn indented(text: &mut String, content: &str) {
    for line in content.lines() {
        let _ = writeln!(text, "    {line}");
    }
}
