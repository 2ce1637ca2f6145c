//! Bombs: a little text that makes much of itself. Each is stopped at a line of its template, by bounded work: within
//! seconds and 500 MB, and never by a signal.

mod files;
mod lines;
mod table;
mod units;

use crate::support::nestling;
use crate::support::repository::Repository;
use files::files;
use lines::long_lines;
use nestling::testing::{RenderLimits, TemplateValues, with_templates};
use nestling::{MemoryFiles, PipelineFacts, Project};
use nestling_gitlab::yaml;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use table::bombs;
use units::many_units;

/// The most time of the processor for a bomb in a debug build, and in a release build, of which `NESTLING_TEST_BINARY` is one.
const LONGEST: Duration = Duration::from_secs(30);
const LONGEST_IN_RELEASE: Duration = Duration::from_secs(1);

/// The most time for many units, each of which is within its own limits.
const LONGEST_OF_MANY: Duration = Duration::from_secs(60);

/// The longest that a test waits for a bomb, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// The most memory of a bomb in kB.
const MOST_MEMORY: u64 = 500_000;

/// A bomb as it is run: its name, the workspace's header, the file, and what a message has to hold.
struct Bomb {
    name: &'static str,
    workspace: String,
    file: (&'static str, String),
    /// Number of units that use the template.
    units: usize,
    told: &'static str,
}

/// All bombs. The lines of those that are templates are named; of the others some are harmless.
fn all() -> Vec<Bomb> {
    let mut all = Vec::new();
    for bomb in bombs() {
        let (name, file) = (bomb.name, ("ci/t.yml", bomb.template));
        all.push(Bomb { name, workspace: String::new(), file, units: 1, told: "ci/t.yml:" });
    }
    for (name, template) in long_lines() {
        let file = ("ci/t.yml", template);
        all.push(Bomb { name, workspace: String::new(), file, units: 1, told: "error" });
    }
    for bomb in files() {
        all.push(Bomb {
            name: bomb.name,
            workspace: bomb.workspace,
            file: bomb.file,
            units: 1,
            told: "error",
        });
    }
    if is_release() {
        let many = many_units().into_iter();
        all.extend(many.map(|(name, units, template, told)| {
            let file = ("ci/t.yml", template);
            Bomb { name, workspace: String::new(), file, units, told }
        }));
    }
    all
}

fn is_release() -> bool {
    !cfg!(debug_assertions) || crate::support::setting("NESTLING_TEST_BINARY").is_some()
}

fn longest(bomb: &Bomb) -> Duration {
    match (is_release(), bomb.units) {
        (true, 1) => LONGEST_IN_RELEASE,
        (true, _) => LONGEST_OF_MANY,
        (false, _) => LONGEST,
    }
}

/// Many units may take what SECURITY.md promises.
fn most_memory(bomb: &Bomb) -> u64 {
    if bomb.units == 1 { MOST_MEMORY } else { 2 * MOST_MEMORY }
}

/// Runs one bomb and returns what is wrong with how it ended.
fn fault(bomb: &Bomb) -> Option<String> {
    let repository = Repository::new();
    let header: String = bomb.workspace.lines().map(|line| format!("  {line}\n")).collect();
    repository.write("nestling.yml", &format!("workspace:\n  templates: [ci]\n{header}"));
    repository.write("ci/t.yml", "t: { script: t }\n").write("u/nestling.yml", "unit: { use: t }\n");
    for unit in 1..bomb.units {
        repository.write(format!("u{unit}/nestling.yml"), "unit: { use: t }\n");
    }
    repository.write(bomb.file.0, &bomb.file.1).commit("a unit");
    let mut command = nestling(repository.path());
    command.args(["generate", "--all", "--output", "-"]).stdin(Stdio::null()).stdout(Stdio::null());
    let stderr = repository.path().join("said");
    command.stderr(std::fs::File::create(&stderr).unwrap());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut memory = 0;
    let mut worked = Duration::ZERO;
    let status = loop {
        memory = memory_of(&child).max(memory);
        worked = time_of(&child).max(worked);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if worked > longest(bomb) || start.elapsed() > PATIENCE || memory > 2 * most_memory(bomb) {
            child.kill().unwrap();
            child.wait().unwrap();
            return Some(format!("killed after {worked:?} with {memory} kB"));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    if crate::support::setting("NESTLING_TEST_BOMBS").is_some() {
        println!("{:>9.3?} {memory:>8} kB  {status}  {}", worked, bomb.name);
    }
    let said = std::fs::read_to_string(&stderr).unwrap();
    let first = said.lines().take(3).collect::<Vec<_>>().join(" / ");
    match status.code() {
        _ if memory > most_memory(bomb) => Some(format!("{memory} kB")),
        None => Some(format!("ended by a signal: {status}: {first}")),
        Some(0) if bomb.units > 1 => Some("was not stopped".to_owned()),
        Some(0) => None,
        // A pipeline that is too large for one file cannot be printed.
        Some(2) if bomb.units > 1 => None,
        Some(1 | 3) if said.contains(bomb.told) => None,
        Some(code) => Some(format!("ended with {code}: {first}")),
    }
}

/// The most memory that a process has had so far in kB, where the system says so.
fn memory_of(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// The time of the processor that a process has had so far, where the system says so.
fn time_of(child: &Child) -> Duration {
    /// Of each second, as all systems with this file have it.
    const TICKS: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
    // The name, which may contain anything, is in parentheses. Behind it are eleven fields, then the times.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 1000 / TICKS)
}

/// `NESTLING_TEST_BOMBS=list` with an argument `--nocapture` lists what each took; another value names one bomb.
#[test]
fn every_bomb_is_stopped_at_its_line() {
    let all = all();
    assert!(all.len() >= 150, "only {}", all.len());
    let chosen = crate::support::setting("NESTLING_TEST_BOMBS").filter(|value| value != "list");
    let is_chosen = |bomb: &&Bomb| chosen.as_ref().is_none_or(|chosen| bomb.name.contains(chosen.as_str()));
    let chosen: Vec<&Bomb> = all.iter().filter(is_chosen).collect();
    let run = |bombs: &[&Bomb]| -> Vec<String> {
        bombs.iter().filter_map(|bomb| Some(format!("{}: {}", bomb.name, fault(bomb)?))).collect()
    };
    let halves = chosen.split_at(chosen.len() / 2);
    let faults = std::thread::scope(|scope| {
        let other = scope.spawn(|| run(halves.1));
        let mut faults = run(halves.0);
        faults.extend(other.join().unwrap());
        faults
    });
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), chosen.len(), faults.join("\n"));
}

/// Many units of which none is too large: their templates have limits together.
#[test]
fn renderings_together_have_limits_of_their_own() {
    let text = "a: ${{ 'x' * 1000 }}\n#% for i in range(100)\n#% endfor\n";
    let files = MemoryFiles::new([("nestling.yml", "workspace: { templates: [ci] }"), ("ci/a.yml", text)]);
    let project = Project::of_files(&files, PipelineFacts::local(None, None, None)).unwrap();
    let unlimited = RenderLimits::default();
    for (limits, told) in [
        (RenderLimits { total_output: 3000, ..unlimited }, "together rendered to more than 3000 bytes"),
        (RenderLimits { total_fuel: 1500, ..unlimited }, "together took more than 1500 steps"),
    ] {
        with_templates(&project, limits, |templates| {
            let render = || templates.render("a", &yaml::Map::default(), &TemplateValues::default());
            assert!(render().is_ok() && render().is_ok());
            let problems = (0..10).find_map(|_| render().err()).unwrap();
            assert!(problems[0].message.contains(told), "{}", problems[0].message);
        });
    }
}
