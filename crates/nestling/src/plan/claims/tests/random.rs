//! The law for random repositories.

use super::*;
use proptest::prelude::*;

const DIRECTORIES: [&str; 6] = ["a", "a/x", "a/x/deep", "b", "c", "d"];
const RULES: [&str; 6] = [
    "",
    "\"/shared/**/*\"",
    "\"!docs/**/*\"",
    "\"/c/*\", \"!f\"",
    "\"/shared/*\", \"!/shared/f\"",
    "\"**/*.md\"",
];
const IGNORED: [&str; 5] = ["", "\"**/*.md\"", "\"a/**/f\"", "\"shared/f\"", "uv.lock"];
const EVERYTHING: [&str; 3] = ["", "lock", "\"shared/deep/*\""];
const DEPTHS: [&str; 3] = ["", "depends_on_depth: 1,", "depends_on_depth: 0,"];
/// A graph in a file: of units, and through a directory that may be none.
const GRAPHS: [&str; 4] = [
    "{}",
    "{ \"b\": [\"a\"] }",
    "{ \"b\": [\"shared\"], \"shared\": [\"c\"] }",
    "{ \"d\": [\"a/x/deep\", \"shared/deep\"] }",
];
/// Lock files: of units, of the root, through a directory that may be no unit, and one that is not understood.
const LOCKS: [&str; 6] = [
    "",
    "P1 Q1 a=p b=q",
    "P1 Q2 a=p b=q",
    "P2 Q2 a=p,b b=q shared=p c=shared",
    "P2 Q2 .=q a= b=q shared=p c=shared",
    "<<<",
];

/// Writes a lock file of uv: packages with their versions, and directories with what they need.
fn uv_lock(words: &str) -> String {
    if words.starts_with('<') {
        return words.to_owned();
    }
    let mut text = "version = 1\n".to_owned();
    for word in words.split(' ') {
        let (name, rest) = word.split_at(1);
        text += &match word.split_once('=') {
            Some((directory, needs)) => {
                let needs = needs.split(',').filter(|need| !need.is_empty());
                let needs: Vec<String> = needs.map(|need| format!("{{ name = \"{need}\" }}")).collect();
                format!(
                    "[[package]]\nname = \"{directory}\"\nsource = {{ editable = \"{directory}\" }}\ndependencies = [{}]\n",
                    needs.join(", ")
                )
            }
            None => format!("[[package]]\nname = \"{}\"\nversion = \"{rest}\"\n", name.to_lowercase()),
        };
    }
    text
}

const FILES: [&str; 14] = [
    "a/f",
    "a/x/f",
    "a/x/README.md",
    "a/x/deep/f",
    "a/docs/f",
    "b/f",
    "b/docs/f",
    "b/y/f",
    "c/f",
    "d/f",
    "shared/f",
    "shared/deep/f",
    "lock",
    "other",
];

/// A change to the repository: numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    File(usize, u8),
    Unit(usize, u8),
    Rule(usize, usize),
    Depends(usize, usize),
    ByRule(usize),
    Ignore(usize),
    Everything(usize),
    Depth(usize),
    Template(u8),
    /// A directory's manifest names another directory, or none.
    Manifest(usize, usize),
    Graph(usize),
    Lock(usize),
    /// `true` if manifests and lock files are read.
    Reader,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..FILES.len(), 0..4_u8).prop_map(|(file, state)| Step::File(file, state)),
        2 => (0..DIRECTORIES.len(), 0..3_u8).prop_map(|(unit, state)| Step::Unit(unit, state)),
        2 => (0..DIRECTORIES.len(), 0..RULES.len()).prop_map(|(unit, rule)| Step::Rule(unit, rule)),
        2 => (0..DIRECTORIES.len(), 0..DIRECTORIES.len()).prop_map(|(unit, on)| Step::Depends(unit, on)),
        1 => (0..DIRECTORIES.len()).prop_map(Step::ByRule),
        1 => (0..IGNORED.len()).prop_map(Step::Ignore),
        1 => (0..EVERYTHING.len()).prop_map(Step::Everything),
        1 => (0..DEPTHS.len()).prop_map(Step::Depth),
        1 => (0..3_u8).prop_map(Step::Template),
        2 => (0..DIRECTORIES.len(), 0..=DIRECTORIES.len()).prop_map(|(of, on)| Step::Manifest(of, on)),
        1 => (0..GRAPHS.len()).prop_map(Step::Graph),
        2 => (0..LOCKS.len()).prop_map(Step::Lock),
        1 => Just(Step::Reader),
    ]
}

/// A unit: by which means, its `changes`, and what it depends on.
#[derive(Debug, Clone, Default)]
struct UnitState {
    exists: bool,
    by_rule: bool,
    uses_template: bool,
    rule: usize,
    depends_on: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
struct State {
    /// By path: absent, or one of three contents, the last of which is executable.
    files: [u8; FILES.len()],
    units: [UnitState; DIRECTORIES.len()],
    ignore: usize,
    everything: usize,
    depth: usize,
    template: u8,
    /// By directory: the one that its manifest names, if it is one of them.
    manifests: [usize; DIRECTORIES.len()],
    graph: usize,
    lock: usize,
    has_reader: bool,
}

impl State {
    fn new() -> Self {
        let mut units: [UnitState; DIRECTORIES.len()] = Default::default();
        units[0].exists = true;
        units[3].exists = true;
        Self {
            files: [1; FILES.len()],
            units,
            ignore: 0,
            everything: 0,
            depth: 0,
            template: 0,
            manifests: [DIRECTORIES.len(); DIRECTORIES.len()],
            graph: 0,
            lock: 0,
            has_reader: true,
        }
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::File(file, state) => self.files[*file] = *state,
            Step::Unit(unit, state) => {
                self.units[*unit].exists = *state > 0;
                self.units[*unit].uses_template = *state > 1;
            }
            Step::Rule(unit, rule) => self.units[*unit].rule = *rule,
            Step::Depends(unit, on) => {
                // On earlier ones, so that there are no circles.
                if on < unit && !self.units[*unit].depends_on.remove(on) {
                    self.units[*unit].depends_on.insert(*on);
                }
            }
            Step::ByRule(unit) => self.units[*unit].by_rule ^= true,
            Step::Ignore(ignored) => self.ignore = *ignored,
            Step::Everything(everything) => self.everything = *everything,
            Step::Depth(depth) => self.depth = *depth,
            Step::Template(template) => self.template = *template,
            Step::Manifest(of, on) => self.manifests[*of] = *on,
            Step::Graph(graph) => self.graph = *graph,
            Step::Lock(lock) => self.lock = *lock,
            Step::Reader => self.has_reader ^= true,
        }
    }

    fn header(&self, unit: &UnitState) -> String {
        let on = unit.depends_on.iter().filter(|on| self.is_there(**on)).map(|on| DIRECTORIES[*on]);
        let on: Vec<&str> = on.collect();
        format!("depends_on: [{}], changes: [{}]", on.join(", "), RULES[unit.rule])
    }

    /// A rule makes a unit only of a directory that has files.
    fn is_there(&self, unit: usize) -> bool {
        let directory = format!("{}/", DIRECTORIES[unit]);
        let has_files =
            FILES.iter().zip(self.files).any(|(path, state)| state > 0 && path.starts_with(&directory));
        self.units[unit].exists && (!self.units[unit].by_rule || has_files)
    }

    /// The files with their modes.
    fn tree(&self) -> Vec<(String, &'static str, String)> {
        let mut tree = Vec::new();
        let mut rules = Vec::new();
        for (index, unit) in self.units.iter().enumerate().filter(|(index, _)| self.is_there(*index)) {
            let directory = DIRECTORIES[index];
            let uses = if unit.uses_template { ", use: job" } else { "" };
            if unit.by_rule {
                rules.push(format!("{{ match: \"{directory}\", {}{uses} }}", self.header(unit)));
            } else {
                let text = format!("unit: {{ {}{uses} }}\n---\nown: {{ script: make }}\n", self.header(unit));
                tree.push((format!("{directory}/nestling.yml"), "100644", text));
            }
        }
        let (ignored, everything, depth) =
            (IGNORED[self.ignore], EVERYTHING[self.everything], DEPTHS[self.depth]);
        let rules = rules.join(", ");
        let reader = if self.has_reader { "python, " } else { "" };
        let workspace = format!(
            "workspace: {{ templates: [ci], depends_from: [{reader}{{ file: graph.json }}], {depth} ignore: [{ignored}], everything: [{everything}], units: [{rules}] }}\n"
        );
        tree.push(("nestling.yml".to_owned(), "100644", workspace));
        if self.lock > 0 {
            tree.push(("uv.lock".to_owned(), "100644", uv_lock(LOCKS[self.lock])));
        }
        tree.push(("graph.json".to_owned(), "100644", format!("{}\n", GRAPHS[self.graph])));
        for (directory, on) in DIRECTORIES.iter().zip(self.manifests) {
            if let Some(on) = DIRECTORIES.get(on) {
                let up = "../".repeat(directory.split('/').count());
                tree.push((format!("{directory}/requirements.txt"), "100644", format!("-e {up}{on}\n")));
            }
        }
        tree.push(("ci/job.yml".to_owned(), "100644", format!("job: {{ script: \"{}\" }}\n", self.template)));
        for (path, state) in FILES.iter().zip(self.files).filter(|(_, state)| *state > 0) {
            let mode = if state == 3 { "100755" } else { "100644" };
            tree.push(((*path).to_owned(), mode, (state % 3).to_string()));
        }
        tree
    }
}

/// Commits each state, one on the other.
fn commit_all(fixture: &Fixture, states: &[State]) -> Vec<CommitId> {
    let mut stream = String::new();
    for (number, state) in states.iter().enumerate() {
        stream += &format!(
            "commit refs/heads/main\nmark :{}\ncommitter A <a@example.com> {number} +0000\ndata 0\n",
            number + 1
        );
        stream += "deleteall\n";
        for (path, mode, text) in state.tree() {
            stream += &format!("M {mode} inline {path}\ndata {}\n{text}\n", text.len());
        }
    }
    let mut import = std::process::Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(&fixture.root)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    let listed = String::from_utf8(fixture.git(&["rev-list", "--reverse", "main"])).unwrap();
    listed.lines().map(|id| CommitId::parse(id).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_unit_is_selected_if_and_only_if_its_fingerprint_or_definition_differs(
        steps in proptest::collection::vec(proptest::collection::vec(step(), 1..4), 1..14),
    ) {
        let mut state = State::new();
        let mut states = vec![state.clone()];
        for steps in steps {
            steps.iter().for_each(|step| state.apply(step));
            states.push(state.clone());
        }
        let fixture = Fixture::new();
        let commits = commit_all(&fixture, &states);
        let git = GitRepository::discover(&fixture.root, &Trust::Owner).unwrap();
        let read = |commit: &CommitId| Read::new(&git, *commit, Box::new(Links(git.files_at(commit).unwrap())));
        let reads: Vec<Option<Read<'_>>> = commits.iter().map(read).collect();
        let mut figures = Figures::default();
        for (number, old) in reads.iter().enumerate() {
            for (other, new) in reads.iter().enumerate() {
                let (Some(old), Some(new)) = (old, new) else { continue };
                let trees = [old.commit, new.commit].map(|commit| git.tree_of(&commit).unwrap());
                let changed = git.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap();
                let wrong = against_the_law(old, new, &changed, &mut figures);
                prop_assert!(
                    wrong.is_empty(),
                    "{number} -> {other}: {wrong:?}\n{:#?}\n{:#?}", states[number].tree(), states[other].tree()
                );
            }
        }
    }
}
