//! `preview --serve`: the page on the loopback interface, which follows the work tree, and what is refused.

use crate::support::example::Example;
use crate::support::{nestling, setting};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::time::Duration;

/// A running `preview --serve`, which ends with the value.
struct Serving {
    child: Child,
    /// The rest of the log, which has to be read: the program writes on.
    log: Box<dyn Iterator<Item = String>>,
    port: u16,
    token: String,
}

impl Serving {
    fn start(example: &Example) -> Self {
        Self::start_with(example, &[], &setting("PATH").unwrap())
    }

    fn start_with(example: &Example, options: &[&str], path: &str) -> Self {
        let mut command = nestling(&example.path());
        command
            .args(["preview", "--serve"])
            .args(options)
            .env("PATH", path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut log = Box::new(BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok));
        let line = log.find(|line| line.starts_with("serving ")).expect("an address");
        let (address, token) =
            line.strip_prefix("serving http://127.0.0.1:").unwrap().split_once("/?token=").unwrap();
        let (port, token) = (address.parse().unwrap(), token.to_owned());
        Self { child, log, port, token }
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(stream)
    }

    /// The answer to a request with these lines.
    fn ask(&self, request: &str, headers: &[&str]) -> String {
        let mut stream = self.connect().unwrap();
        let host = format!("Host: 127.0.0.1:{}", self.port);
        let headers = if headers.iter().any(|header| header.starts_with("Host:")) {
            headers.join("\r\n")
        } else {
            [&[host.as_str()], headers].concat().join("\r\n")
        };
        write!(stream, "{request} HTTP/1.1\r\n{headers}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_page_follows_the_work_tree_and_ends_with_the_command() {
    let shop = Example::new("shop");
    let mut serving = Serving::start(&shop);
    let page = serving.ask(&format!("GET /?token={}", serving.token), &[]);
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("connect-src 'self'"), "{page:.600}");
    assert!(
        page.contains("\"live\":1") && page.contains("\r\nReferrer-Policy: no-referrer\r\n"),
        "{page:.600}"
    );
    let mut events = serving.connect().unwrap();
    let (port, token) = (serving.port, &serving.token);
    write!(events, "GET /events?token={token} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(events).lines().map_while(Result::ok);
    assert_eq!(lines.find(|line| line.starts_with("data:")).unwrap(), "data: 1");
    std::thread::sleep(Duration::from_millis(300));
    std::fs::write(shop.path().join("infra/validate.js"), "// changed\n").unwrap();
    assert_eq!(lines.find(|line| line.starts_with("data:")).unwrap(), "data: 2");
    let page = serving.ask(&format!("GET /?token={token}"), &[]);
    assert!(page.contains("\"live\":2") && page.contains("infra/validate.js changed"));
    // The log has a line for each page, and no rule without anything below it.
    let line = serving.log.next().unwrap();
    assert!(line.contains(" of ") && line.contains(" units, "), "{line}");
    serving.child.kill().unwrap();
    serving.child.wait().unwrap();
    assert!(serving.connect().is_err(), "the port is closed");
}

/// Every user of a machine can list the arguments of its programs.
#[test]
fn the_address_that_a_browser_is_started_with_is_good_once() {
    let shop = Example::new("shop");
    let programs = tempfile::tempdir().unwrap();
    let (opener, opened) = (programs.path().join("xdg-open"), programs.path().join("opened"));
    std::fs::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" > {}\n", opened.display())).unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.path().display(), setting("PATH").unwrap());
    let serving = Serving::start_with(&shop, &["--open"], &path);
    let url = loop {
        match std::fs::read_to_string(&opened) {
            Ok(text) if text.ends_with('\n') => break text,
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(!url.contains(&serving.token), "{url}");
    let target = url.trim().strip_prefix(&format!("http://127.0.0.1:{}", serving.port)).unwrap();
    let first = serving.ask(&format!("GET {target}"), &[]);
    assert!(first.starts_with("HTTP/1.1 303 See Other\r\n"), "{first}");
    assert!(first.contains(&format!("\r\nLocation: /?token={}\r\n", serving.token)), "{first}");
    let second = serving.ask(&format!("GET {target}"), &[]);
    assert!(second.starts_with("HTTP/1.1 403 Forbidden\r\n") && !second.contains(&serving.token), "{second}");
}

/// The attack table of docs/security.md: other pages of the browser, other users of the machine, a name that is bound again.
#[test]
fn nobody_but_the_page_itself_is_answered() {
    let shop = Example::new("shop");
    let serving = Serving::start(&shop);
    let own = format!("GET /?token={}", serving.token);
    let post = own.replace("GET", "POST");
    let bound = format!("Host: attacker.example.com:{}", serving.port);
    let elsewhere = format!("GET /../nestling.yml?token={}", serving.token);
    for (request, headers, status) in [
        ("GET /", vec![], "403 Forbidden"),
        ("GET /?token=0123456789abcdef0123456789abcdef", vec![], "403 Forbidden"),
        (own.as_str(), vec![bound.as_str()], "403 Forbidden"),
        (own.as_str(), vec!["Origin: https://attacker.example.com"], "403 Forbidden"),
        (post.as_str(), vec![], "405 Method Not Allowed"),
        (elsewhere.as_str(), vec![], "404 Not Found"),
    ] {
        let answer = serving.ask(request, &headers);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request} {headers:?}: {answer}");
        assert!(answer.ends_with(status), "nothing of the plan: {answer}");
    }
    // Nobody listens on another interface.
    let addresses = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let port = format!(":{:04X} ", serving.port);
    for line in addresses.lines().filter(|line| line.contains(&port) && line.contains(" 0A ")) {
        assert!(line.contains("0100007F"), "{line}");
    }
}
