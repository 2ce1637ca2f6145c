//! From a keystroke to the findings, in a workspace of 1,000 units. The median has to stay under 100 ms and under half of
//! the time of a check, since only one unit changes, and the server under 200 MB.
//!
//! `cargo bench -p nestling-lsp` measures and says whether that holds; `cargo test -p nestling-lsp --bench keystroke` tries it once.

use lsp_server::{Connection, Message, Notification, Request};
use nestling::{ChangeRequest, Project, Repository};
use nestling_git::testing::Fixture;
use serde_json::{Value, json};
use std::error::Error;
use std::time::{Duration, Instant};

const UNITS: usize = 1_000;

/// Limit of the median from a keystroke to the findings.
const LIMIT: Duration = Duration::from_millis(100);

/// Limit of the median of the corrections of a line, each of which is tried in a check.
const CORRECTIONS: Duration = Duration::from_millis(800);

/// Limit of the server's memory, in MB.
const MEMORY: usize = 200;

const TEMPLATE: &str = "spec:
  inputs:
    image: { default: \"node:22\" }
    shards: { type: number, default: 2 }
---
build:
  stage: build
  image: ${{ inputs.image }}
  script: [npm ci, \"npm run build --prefix ${{ unit.dir | sh }}\"]
  artifacts: { paths: [\"${{ unit.dir }}/dist\"] }
test:
  stage: test
  needs: [build]
  image: ${{ inputs.image }}
  parallel: ${{ inputs.shards }}
  script: npm test
  rules:
    - if: $CI_COMMIT_TAG
      when: never
    - when: always
deploy:
  stage: deploy
  needs: [build, test]
  environment: [review, production]
  script: ./deploy.sh ${{ unit.slug }}
  stop: { script: ./stop.sh }
";

const UNIT: &str = "unit: { use: { template: node, inputs: { shards: 3 } } }
---
lint:
  stage: test
  script: npm run lint
";

fn workspace(units: usize) -> Fixture {
    let fixture = Fixture::new();
    let header = "workspace:
  templates: [ci]
  stages: [build, test, deploy]
  environments:
    review: { when: merge_request, auto_stop_in: 1 week }
    production: { when: default_branch, manual: true }
";
    fixture.write("nestling.yml", header);
    fixture.write("ci/node.yml", TEMPLATE);
    for unit in 0..units {
        fixture.write(format!("services/s{unit:04}/nestling.yml"), UNIT);
        fixture.write(format!("services/s{unit:04}/main.js"), "\n");
    }
    fixture.commit("start");
    fixture
}

/// The editor's side of a connection.
struct Editor {
    client: Connection,
    uri: String,
    version: i64,
}

impl Editor {
    fn tell(&self, method: &str, params: Value) -> Result<(), Box<dyn Error>> {
        Ok(self.client.sender.send(Notification::new(method.to_owned(), params).into())?)
    }

    fn ask(&self, id: i32, method: &str, params: Value) -> Result<Value, Box<dyn Error>> {
        self.client.sender.send(Request::new(id.into(), method.to_owned(), params).into())?;
        for message in &self.client.receiver {
            if let Message::Response(response) = message
                && response.id == id.into()
            {
                return Ok(response.response_kind_value());
            }
        }
        Err("the server has ended".into())
    }

    /// Types, and waits for the findings of this version.
    fn keystroke(&mut self, text: &str) -> Result<(Duration, usize), Box<dyn Error>> {
        self.version += 1;
        let start = Instant::now();
        let document = json!({ "uri": self.uri, "version": self.version });
        let params = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", params)?;
        for message in &self.client.receiver {
            let Message::Notification(published) = message else { continue };
            let is_own = published.params["uri"] == json!(self.uri);
            if is_own && published.params["version"] == json!(self.version) {
                let count = published.params["diagnostics"].as_array().map_or(0, Vec::len);
                return Ok((start.elapsed(), count));
            }
        }
        Err("the server has ended".into())
    }

    /// Asks for the corrections of the misspelt word.
    fn correct(&self) -> Result<Duration, Box<dyn Error>> {
        let start = Instant::now();
        let position = json!({ "line": 4, "character": 3 });
        let params = json!({
            "textDocument": { "uri": self.uri },
            "range": { "start": position, "end": position },
            "context": { "diagnostics": [] },
        });
        let actions = self.ask(5, "textDocument/codeAction", params)?;
        if actions.as_array().is_none_or(Vec::is_empty) {
            return Err("the misspelt word has no correction".into());
        }
        Ok(start.elapsed())
    }

    /// Asks for completion, hover and lenses.
    fn look_up(&self) -> Result<Duration, Box<dyn Error>> {
        let start = Instant::now();
        let document = json!({ "uri": self.uri });
        let params = json!({ "textDocument": document, "position": { "line": 2, "character": 2 } });
        self.ask(2, "textDocument/completion", params.clone())?;
        self.ask(3, "textDocument/hover", params)?;
        self.ask(4, "textDocument/codeLens", json!({ "textDocument": document }))?;
        Ok(start.elapsed())
    }
}

trait Kind {
    /// Returns the result, or null for an error.
    fn response_kind_value(self) -> Value;
}

impl Kind for lsp_server::Response {
    fn response_kind_value(self) -> Value {
        serde_json::to_value(self).map(|value| value["result"].clone()).unwrap_or_default()
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Returns the time of one check of the whole workspace, as the command makes it.
fn check(fixture: &Fixture) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    let repository = Repository::discover(&fixture.root)?;
    let project = Project::open(&repository, ChangeRequest::local().everything())?;
    let checked = project.plan(project.changes()?).report_unused_keys().check(project.kinds()?)?;
    if checked.has_errors() {
        return Err("the made-up workspace has errors".into());
    }
    Ok(start.elapsed())
}

/// Returns the most memory that this process has had, in MB; `None` where the system does not say.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kilobytes| kilobytes / 1024)
}

fn main() -> Result<(), Box<dyn Error>> {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let (units, turns) = if is_measured { (UNITS, 30) } else { (20, 3) };
    let fixture = workspace(units);
    let checks: Vec<Duration> = (0..turns.min(10)).map(|_| check(&fixture)).collect::<Result<_, _>>()?;
    let (server, client) = Connection::memory();
    let thread = std::thread::spawn(move || nestling_lsp::serve(&server, &|_, _| None));
    let path = fixture.root.join("services/s0007/nestling.yml");
    let mut editor = Editor { client, uri: format!("file://{}", path.display()), version: 0 };
    editor.ask(1, "initialize", json!({ "capabilities": {} }))?;
    editor.tell("initialized", json!({}))?;
    let document = json!({ "uri": editor.uri, "languageId": "yaml", "version": 0, "text": UNIT });
    editor.tell("textDocument/didOpen", json!({ "textDocument": document }))?;
    let (mut times, mut others, mut corrections) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..turns {
        // A word that is typed and taken back.
        let is_wrong = turn % 2 == 0;
        let text = if is_wrong { UNIT.replace("script", "scirpt") } else { UNIT.to_owned() };
        let (time, findings) = editor.keystroke(&text)?;
        if (findings > 0) != is_wrong {
            return Err(format!("{findings} findings in iteration {turn}").into());
        }
        times.push(time);
        if is_wrong {
            corrections.push(editor.correct()?);
        }
        others.push(editor.look_up()?);
    }
    editor.ask(9, "shutdown", Value::Null)?;
    editor.tell("exit", Value::Null)?;
    drop(editor);
    if !thread.join().is_ok_and(|ended| ended.is_ok()) {
        return Err("the server has failed".into());
    }
    let (keystroke, check, other, memory) = (median(times), median(checks), median(others), peak());
    let corrections = median(corrections);
    println!("{units} units: {keystroke:?} from a keystroke to the findings, {check:?} for a check");
    println!("corrections of the line: {corrections:?}");
    if is_measured && corrections > CORRECTIONS {
        return Err(
            format!("{corrections:?} for the corrections of a line are more than {CORRECTIONS:?}").into()
        );
    }
    println!("completion, hover and lenses behind it: {other:?}; most memory: {memory:?} MB");
    if is_measured && (keystroke > LIMIT || keystroke > check / 2) {
        return Err(format!("{keystroke:?} is more than {LIMIT:?}, or than half a check").into());
    }
    if is_measured && memory.is_some_and(|memory| memory > MEMORY) {
        return Err(format!("{memory:?} MB are more than {MEMORY}").into());
    }
    Ok(())
}
