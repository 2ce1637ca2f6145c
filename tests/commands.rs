//! The pages of the commands, made from the command line itself, and the schemas of the formats.
//!
//! `NESTLING_TEST_UPDATE=1` writes both again.

use crate::support::example::Example;
use crate::support::tool::{Tool, need};
use crate::support::{expect_file, nestling, output, root, run, said};
use clap::{Arg, Command, CommandFactory};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

fn cli() -> Command {
    let mut cli = nestling_cli::Cli::command();
    cli.build();
    cli
}

#[test]
fn the_page_of_each_command_is_what_its_help_says() {
    let folder = root().join("docs/commands");
    let mut known = BTreeSet::from(["README.md".to_owned()]);
    let mut index = String::from(
        "# Commands\n\nGenerated from `nestling --help`.\n\n| command | description |\n|---|---|\n",
    );
    let mut wrong = Vec::new();
    for command in subcommands(&cli()) {
        let name = command.get_name();
        known.insert(format!("{name}.md"));
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(index, "| [`nestling {name}`]({name}.md) | {} |", about.trim_end_matches('.'));
        wrong.extend(expect_file(&folder.join(format!("{name}.md")), &page(command)).err());
    }
    index += &variables(&cli());
    wrong.extend(expect_file(&folder.join("README.md"), &index).err());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let there: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, known, "a page for each command, and none besides");
}

/// Variables of others, with their descriptions.
const FOREIGN_VARIABLES: [(&str, &str); 3] = [
    ("NO_COLOR", "Any value: no colors"),
    ("CI_…", "GitLab's predefined variables: they determine the kind of pipeline and base"),
    (
        "GIT_DIR",
        "Ignored, with a warning if it names another repository than that of the directory (`-C`); so are `GIT_WORK_TREE`, \
         `GIT_COMMON_DIR`, `GIT_INDEX_FILE` and the variables of object directories",
    ),
];

/// A table of all environment variables: those of options, and the others.
fn variables(cli: &Command) -> String {
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for argument in subcommands(cli).flat_map(Command::get_arguments).filter(|argument| shown(argument)) {
        let Some(variable) = argument.get_env() else { continue };
        let name = variable.to_string_lossy();
        if name.starts_with("NESTLING_") {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let option = argument.get_long().unwrap_or_default();
            rows.insert(name.into_owned(), format!("`--{option}` | {}", help.replace('\n', " ")));
        }
    }
    let mut table = String::from(
        "\n## Environment variables\n\nAn option takes precedence over its variable. In a GitLab job, set them under `variables`, in \
         a schedule, or in *Run pipeline*. Nestling warns about a misspelled name.\n\n| variable | option | description |\n|---|---|---|\n",
    );
    let of_options = rows.keys().map(String::as_str);
    let listed: BTreeSet<&str> =
        of_options.chain(nestling_cli::OTHER_VARIABLES.iter().map(|(name, _)| *name)).collect();
    assert_eq!(listed, nestling_cli::variable_names().iter().map(String::as_str).collect::<BTreeSet<_>>());
    for (name, row) in rows {
        let _ = writeln!(table, "| `{name}` | {row} |");
    }
    for (name, description) in nestling_cli::OTHER_VARIABLES.into_iter().chain(FOREIGN_VARIABLES) {
        let _ = writeln!(table, "| `{name}` | | {description} |");
    }
    table
}

fn page(command: &Command) -> String {
    let mut text = titled(command, &format!("# nestling {}", command.get_name()));
    for command in subcommands(command) {
        let title = command.get_bin_name().unwrap_or_default();
        text += &format!("\n{}", titled(command, &format!("# {title}")));
    }
    text
}

/// The commands of a command.
fn subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| command.get_name() != "help")
}

fn titled(command: &Command, title: &str) -> String {
    let mut text = format!("{title}\n\n");
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(text, "{}\n", about.trim());
    let usage = command.clone().render_usage().to_string();
    let _ = writeln!(text, "```\n{}\n```\n", usage.trim_start_matches("Usage: "));
    if let Some(examples) = command.get_after_help() {
        let examples = examples.to_string();
        let lines = examples.lines().skip(1).map(|line| line.strip_prefix("  ").unwrap_or(line));
        let _ = writeln!(text, "## Examples\n\n```\n{}\n```\n", lines.collect::<Vec<_>>().join("\n"));
    }
    let mut headings: Vec<Option<&str>> = Vec::new();
    for argument in command.get_arguments().filter(|argument| shown(argument)) {
        if !headings.contains(&argument.get_help_heading()) {
            headings.push(argument.get_help_heading());
        }
    }
    headings.sort();
    for heading in headings {
        let _ = writeln!(text, "## {}\n", heading.unwrap_or("Options"));
        let arguments = command.get_arguments().filter(|it| shown(it) && it.get_help_heading() == heading);
        for argument in arguments {
            option(&mut text, argument);
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

fn shown(argument: &Arg) -> bool {
    !argument.is_hide_set() && argument.get_id() != "help" && argument.get_id() != "version"
}

fn option(text: &mut String, argument: &Arg) {
    let names =
        [argument.get_short().map(|c| format!("-{c}")), argument.get_long().map(|name| format!("--{name}"))];
    let mut written = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if argument.get_action().takes_values() {
        let value = argument.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
        written = format!("{written} {value}").trim().to_owned();
    }
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let _ = write!(text, "- `{written}`: {help}");
    if let Some(variable) = argument.get_env() {
        let _ = write!(text, " (`{}`)", variable.to_string_lossy());
    }
    let default: Vec<_> = argument.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    if argument.get_action().takes_values() && !default.is_empty() {
        let _ = write!(text, "; by default `{}`", default.join(","));
    }
    text.push('\n');
    let values = argument.get_possible_values();
    if argument.get_action().takes_values() {
        for value in values.iter().filter(|value| value.get_help().is_some()) {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  - `{}`: {}", value.get_name(), help.trim_end_matches('.'));
        }
    }
}

#[test]
fn every_command_has_examples_and_says_what_each_option_is_for() {
    let all = cli();
    let leaves = subcommands(&all).flat_map(|command| {
        let below: Vec<&Command> = subcommands(command).collect();
        if below.is_empty() { vec![command] } else { below }
    });
    for command in leaves {
        let name = command.get_name();
        let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(examples.starts_with("Examples:\n  nestling "), "{name}");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name} {}", argument.get_id());
        }
    }
}

/// Output that does not fit the schema would break scripts that rely on it.
#[test]
fn the_schemas_are_those_of_the_program_and_its_output_fits_them() {
    let test = "the_schemas_are_those_of_the_program_and_its_output_fits_them";
    let shop = Example::new("shop");
    std::fs::write(shop.path().join("services/web/nestling.yml"), "a: { scrip: x }\nb: [1]\n").unwrap();
    for kind in [
        "workspace",
        "unit",
        "template",
        "nestling",
        "jobs",
        "plan",
        "diff",
        "affected",
        "replay",
        "against",
        "explain",
        "passed",
        "verified",
    ] {
        let text = output(nestling(&root()).args(["schema", kind]));
        let kept = root().join(format!("docs/{kind}.schema.json"));
        expect_file(&kept, &text).unwrap_or_else(|difference| panic!("{difference}"));
    }
    let written: [(&str, &[&str]); 6] = [
        ("plan", &["preview"]),
        ("diff", &["diff"]),
        ("affected", &["affected"]),
        ("replay", &["replay"]),
        ("explain", &["explain", "services/web"]),
        ("explain", &["explain", "nestling.yml"]),
    ];
    for (kind, command) in written {
        let schema = root().join(format!("docs/{kind}.schema.json"));
        let file = shop.beside().join(format!("{kind}.json"));
        let said_json =
            run(nestling(&shop.path()).args(command).args(["--as", "merge_request", "--format", "json"]));
        std::fs::write(&file, said_json.stdout).unwrap();
        let Some(mut check) = need(Tool::CheckJsonschema, test) else { continue };
        let checked = run(check.arg("--schemafile").arg(&schema).arg(&file));
        assert!(checked.status.success(), "{}", said(&checked));
    }
}
