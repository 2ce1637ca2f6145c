//! `nestling note`: the body from the plan, and the script that writes it, against a stand-in for GitLab's API.

use crate::support::example::Example;
use crate::support::{nestling, output, run, said, setting};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// A project's notes, with the requests that changed them.
#[derive(Default)]
struct Notes {
    bodies: Vec<String>,
    requests: Vec<String>,
}

/// Answers as GitLab's API does: `user`, the notes of a merge request, and changes to them.
fn answer(stream: &TcpStream, notes: &Mutex<Notes>) {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    for line in reader.by_ref().lines().map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let length =
        head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let mut notes = notes.lock().unwrap();
    let is_allowed = head.iter().any(|line| line.eq_ignore_ascii_case("private-token: secret"));
    let request = head[0].split(" HTTP").next().unwrap().to_owned();
    let (status, text) = match request.split_once(' ').unwrap() {
        _ if !is_allowed => ("401 Unauthorized", "{}".to_owned()),
        ("GET", "/api/v4/user") => ("200 OK", r#"{"id":7}"#.to_owned()),
        ("GET", _) => {
            let listed = notes.bodies.iter().enumerate().map(|(index, body)| {
                serde_json::json!({ "id": index, "body": body, "author": { "id": if index == 0 { 3 } else { 7 } } })
            });
            ("200 OK", serde_json::Value::from_iter(listed).to_string())
        }
        ("POST", _) => {
            notes.bodies.push(decoded(body.strip_prefix("body=").unwrap()));
            ("201 Created", "{}".to_owned())
        }
        _ => ("200 OK", "{}".to_owned()),
    };
    if !request.starts_with("GET") {
        notes.requests.push(request);
    }
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nX-Next-Page: \r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .unwrap();
}

/// Text as a form carries it.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap().replace('+', " ").into_bytes();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend(piece[2..].replace('+', " ").bytes());
    }
    String::from_utf8(bytes).unwrap()
}

fn write_note(directory: &Path, port: u16, variables: &[(&str, &str)]) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), setting("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", "nestling note > ../note.md && nestling note --script | sh -s ../note.md"]);
    shell.current_dir(directory).env_clear().env("PATH", path);
    shell.env("CI_API_V4_URL", format!("http://127.0.0.1:{port}/api/v4")).env("CI_PROJECT_ID", "1");
    let written = run(shell.envs(variables.iter().copied()));
    assert!(written.status.success(), "{}", said(&written));
    said(&written)
}

#[test]
fn one_note_is_kept_up_to_date_and_those_of_others_are_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let notes = Arc::new(Mutex::new(Notes {
        bodies: vec!["<!-- nestling note -->".to_owned()],
        requests: Vec::new(),
    }));
    let of_thread = Arc::clone(&notes);
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(&stream, &of_thread)));
    let shop = Example::new("shop");
    let request = ("CI_MERGE_REQUEST_IID", "42");
    let token = ("NESTLING_NOTE_TOKEN", "secret");
    assert!(
        write_note(&shop.path(), port, &[token]).contains("no note: this is no pipeline of a merge request")
    );
    assert!(write_note(&shop.path(), port, &[request]).contains("no note: NESTLING_NOTE_TOKEN is not set"));
    for wanted in ["wrote a note", "replaced the note 1"] {
        let text = write_note(&shop.path(), port, &[request, token]);
        assert!(text.contains(wanted) && !text.contains("secret"), "{text}");
    }
    let notes = notes.lock().unwrap();
    let path = "/api/v4/projects/1/merge_requests/42/notes";
    assert_eq!(notes.requests, [format!("POST {path}"), format!("PUT {path}/1")]);
}

/// GitLab runs lines that begin with a slash as commands, and mentions anyone who is named with an `@`.
#[test]
fn a_note_runs_no_command_and_mentions_nobody() {
    let shop = Example::new("shop");
    std::fs::create_dir_all(shop.path().join("services/@all")).unwrap();
    std::fs::write(
        shop.path().join("services/@all/nestling.yml"),
        "unit: {}\n---\n'/close': { script: x }\n",
    )
    .unwrap();
    let note = output(nestling(&shop.path()).arg("note"));
    assert!(note.starts_with("<!-- nestling note -->\n## "), "{note:.200}");
    assert!(!note.lines().any(|line| line.trim_start().starts_with('/')), "{note}");
    let outside: String = note.split('`').step_by(2).collect();
    assert!(!outside.replace("\\@", "").contains('@'), "{outside}");
}
