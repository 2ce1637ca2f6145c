//! Serves the page of a preview that is being watched, to this machine alone.
//!
//! The server listens on the loopback interface, on a port that the system chooses. A URL without the token of this run, another
//! host's name and another page's origin are refused, so that neither a page in the same browser nor another user of the machine
//! reads the plan. It knows two paths, the page and its events, and answers nothing but `GET`. It ends with the command.
//!
//! A program that opens the page has the URL among its arguments, which every user of the machine can list. It gets a pass that is
//! good for one request, and that request is redirected to the URL with the token.

use crate::exit::Failure;
use anyhow::Context;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The maximal size of a request's head.
const HEAD: u64 = 16 * 1024;

/// The maximal number of connections at a time: a page holds one for its events.
const CONNECTIONS: usize = 32;

/// Time limit for reading a request and for writing to a reader that has gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Interval of comments that keep a connection of events open and find out whether its page is still there.
const PULSE: Duration = Duration::from_secs(5);

/// The page with its version, shared by all connections.
#[derive(Default)]
struct Shared {
    page: Mutex<(u64, Arc<str>)>,
    changed: Condvar,
    connections: AtomicUsize,
}

/// A running server.
pub(crate) struct Server {
    shared: Arc<Shared>,
    guard: Guard,
}

impl Server {
    /// Starts the server.
    ///
    /// # Errors
    /// The system gives no port or no random numbers.
    pub(crate) fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1");
        let listener = listener.map_err(Failure::output)?;
        let address = listener.local_addr()?;
        let token = random().context("cannot read random numbers").map_err(Failure::output)?;
        let shared = Arc::new(Shared::default());
        let guard = Guard { address, token, pass: Arc::default() };
        let (shared_with_thread, guard_of_thread) = (Arc::clone(&shared), guard.clone());
        std::thread::spawn(move || accept(&listener, &shared_with_thread, &guard_of_thread));
        Ok(Self { shared, guard })
    }

    /// Returns the URL of the page.
    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.guard.address, self.guard.page())
    }

    /// Returns a URL of the page that is valid for one request.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub(crate) fn url_for_once(&self) -> Result<String, Failure> {
        let pass = random().context("cannot read random numbers").map_err(Failure::output)?;
        let url = format!("http://{}/?pass={pass}", self.guard.address);
        *self.guard.pass.lock().unwrap_or_else(PoisonError::into_inner) = Some(pass);
        Ok(url)
    }

    /// Returns the version that the next page will have.
    pub(crate) fn next_version(&self) -> u64 {
        self.shared.page.lock().unwrap_or_else(PoisonError::into_inner).0 + 1
    }

    /// Replaces the page. Open pages load it.
    pub(crate) fn publish(&self, html: String) {
        let mut page = self.shared.page.lock().unwrap_or_else(PoisonError::into_inner);
        *page = (page.0 + 1, html.into());
        self.shared.changed.notify_all();
    }
}

/// Returns 128 random bits in hexadecimal digits.
fn random() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut digits = String::new();
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    Ok(digits)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, guard: &Guard) {
    for stream in listener.incoming().flatten() {
        if shared.connections.load(Ordering::Relaxed) >= CONNECTIONS {
            continue;
        }
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let (shared, guard) = (Arc::clone(shared), guard.clone());
        std::thread::spawn(move || {
            // A reader that closes its connection is no failure.
            let _ = answer(stream, &shared, &guard);
            shared.connections.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

fn answer(mut stream: TcpStream, shared: &Shared, guard: &Guard) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = read_head(&stream)?;
    match guard.judge(&head) {
        Verdict::Page => {
            let (_, html) = shared.page.lock().unwrap_or_else(PoisonError::into_inner).clone();
            respond(&mut stream, "200 OK", "Content-Type: text/html; charset=utf-8", &html)
        }
        Verdict::Events => events(&mut stream, shared),
        Verdict::SentOn => {
            respond(&mut stream, "303 See Other", &format!("Location: {}", guard.page()), "303 See Other")
        }
        Verdict::Refused(status) => {
            respond(&mut stream, status, "Content-Type: text/plain; charset=utf-8", status)
        }
    }
}

/// Reads the lines up to the first empty one.
fn read_head(stream: &TcpStream) -> std::io::Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut reader = BufReader::new(stream.take(HEAD));
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(lines);
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return Ok(lines);
        }
        lines.push(line.to_owned());
    }
}

fn respond(stream: &mut TcpStream, status: &str, header: &str, body: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\nX-Frame-Options: DENY\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Sends the version now and whenever it changes, until the page has gone.
fn events(stream: &mut TcpStream, shared: &Shared) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )?;
    let mut sent = 0;
    loop {
        let version = {
            let page = shared.page.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = shared.changed.wait_timeout_while(page, PULSE, |page| page.0 == sent);
            waited.unwrap_or_else(PoisonError::into_inner).0.0
        };
        if version == sent {
            write!(stream, ": still here\n\n")?;
        } else {
            write!(stream, "data: {version}\n\n")?;
            sent = version;
        }
        stream.flush()?;
    }
}

/// The verdict about a request.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Page,
    Events,
    /// The pass is used up: the page has its own URL.
    SentOn,
    Refused(&'static str),
}

/// Decides which requests are answered.
#[derive(Debug, Clone)]
struct Guard {
    address: SocketAddr,
    token: String,
    /// The pass for one request, until it is used.
    pass: Arc<Mutex<Option<String>>>,
}

impl Guard {
    /// Returns the target of requests for the page.
    fn page(&self) -> String {
        format!("/?token={}", self.token)
    }

    /// Uses the pass up, if it is this one.
    fn takes_pass(&self, given: &str) -> bool {
        let mut pass = self.pass.lock().unwrap_or_else(PoisonError::into_inner);
        let is_right = pass.as_ref().is_some_and(|pass| same(given.as_bytes(), pass.as_bytes()));
        if is_right {
            *pass = None;
        }
        is_right
    }

    fn judge(&self, head: &[String]) -> Verdict {
        let mut words = head.first().map_or("", String::as_str).split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let hosts: Vec<&str> = values(head, "host");
        // A name that leads here, such as one that an attacker's DNS server points to 127.0.0.1, is not this server's.
        if hosts.len() != 1 || !self.is_own(hosts[0]) {
            return Verdict::Refused("403 Forbidden");
        }
        let is_foreign = |origin: &str| !origin.strip_prefix("http://").is_some_and(|host| self.is_own(host));
        if values(head, "origin").into_iter().any(is_foreign) {
            return Verdict::Refused("403 Forbidden");
        }
        if method != "GET" {
            return Verdict::Refused("405 Method Not Allowed");
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let value = |key| query.split('&').find_map(|pair| pair.strip_prefix(key)).unwrap_or_default();
        if path == "/" && self.takes_pass(value("pass=")) {
            return Verdict::SentOn;
        }
        let given = value("token=");
        if !same(given.as_bytes(), self.token.as_bytes()) {
            return Verdict::Refused("403 Forbidden");
        }
        match path {
            "/" => Verdict::Page,
            "/events" => Verdict::Events,
            _ => Verdict::Refused("404 Not Found"),
        }
    }

    fn is_own(&self, host: &str) -> bool {
        let port = self.address.port();
        host == format!("127.0.0.1:{port}") || host == format!("localhost:{port}")
    }
}

/// Compares in a time that does not depend on where the two differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

fn values<'a>(head: &'a [String], name: &str) -> Vec<&'a str> {
    let mut values = Vec::new();
    for line in head.iter().skip(1) {
        if let Some((key, value)) = line.split_once(':')
            && key.eq_ignore_ascii_case(name)
        {
            values.push(value.trim());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        let pass = Arc::new(Mutex::new(Some("once".to_owned())));
        Guard { address: ([127, 0, 0, 1], 4711).into(), token: "secret".to_owned(), pass }
    }

    #[test]
    fn a_pass_is_good_for_one_request_to_the_page() {
        let guard = guard();
        let ask =
            |target: &str, host: &str| guard.judge(&[format!("GET {target} HTTP/1.1"), host.to_owned()]);
        let own = "Host: 127.0.0.1:4711";
        assert_eq!(ask("/?pass=guess", own), Verdict::Refused("403 Forbidden"));
        assert_eq!(ask("/?pass=", own), Verdict::Refused("403 Forbidden"));
        assert_eq!(ask("/events?pass=once", own), Verdict::Refused("403 Forbidden"));
        assert_eq!(ask("/?pass=once", "Host: evil.example.com"), Verdict::Refused("403 Forbidden"));
        assert_eq!(ask("/?pass=once", own), Verdict::SentOn);
        assert_eq!(ask("/?pass=once", own), Verdict::Refused("403 Forbidden"));
        assert_eq!(ask("/?pass=", own), Verdict::Refused("403 Forbidden"));
    }

    fn judged(head: &[&str]) -> Verdict {
        guard().judge(&head.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn only_this_page_with_its_token_is_answered() {
        let host = "Host: 127.0.0.1:4711";
        assert_eq!(judged(&["GET /?token=secret HTTP/1.1", host]), Verdict::Page);
        assert_eq!(judged(&["GET /?token=secret HTTP/1.1", "host: localhost:4711"]), Verdict::Page);
        let own = "Origin: http://127.0.0.1:4711";
        assert_eq!(judged(&["GET /events?token=secret HTTP/1.1", host, own]), Verdict::Events);
        for (head, status) in [
            (vec!["GET / HTTP/1.1", host], "403 Forbidden"),
            (vec!["GET /?token=guess HTTP/1.1", host], "403 Forbidden"),
            (vec!["GET /?token= HTTP/1.1", host], "403 Forbidden"),
            (vec!["GET /?token=secret HTTP/1.1"], "403 Forbidden"),
            (vec!["GET /?token=secret HTTP/1.1", "Host: rebound.example.com:4711"], "403 Forbidden"),
            (vec!["GET /?token=secret HTTP/1.1", "Host: 127.0.0.1:80"], "403 Forbidden"),
            (vec!["GET /?token=secret HTTP/1.1", host, "Host: evil.example.com"], "403 Forbidden"),
            (
                vec!["GET /events?token=secret HTTP/1.1", host, "Origin: https://evil.example.com"],
                "403 Forbidden",
            ),
            (vec!["GET /events?token=secret HTTP/1.1", host, "Origin: null"], "403 Forbidden"),
            (vec!["POST /?token=secret HTTP/1.1", host], "405 Method Not Allowed"),
            (vec!["GET /../etc/passwd?token=secret HTTP/1.1", host], "404 Not Found"),
            (vec![], "403 Forbidden"),
        ] {
            assert_eq!(judged(&head), Verdict::Refused(status), "{head:?}");
        }
    }
}
