//! Serves the page of a preview that is being watched, to this machine alone.
//!
//! The server listens on the loopback interface, on a port that the system chooses. An address without the token of this run, another
//! host's name and another page's origin are refused, so that neither a page in the same browser nor another user of the machine
//! reads the plan. It knows two paths, the page and its events, and answers nothing but `GET`. It ends with the command.

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
    address: SocketAddr,
    token: String,
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
        let token = token().context("cannot read random numbers").map_err(Failure::output)?;
        let shared = Arc::new(Shared::default());
        let guard = Guard { address, token: token.clone() };
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || accept(&listener, &of_thread, &guard));
        Ok(Self { shared, address, token })
    }

    /// Returns the address of the page.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/?token={}", self.address, self.token)
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
fn token() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut token = String::new();
    for byte in bytes {
        let _ = write!(token, "{byte:02x}");
    }
    Ok(token)
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
            respond(&mut stream, "200 OK", "text/html; charset=utf-8", &html)
        }
        Verdict::Events => events(&mut stream, shared),
        Verdict::Refused(status) => respond(&mut stream, status, "text/plain; charset=utf-8", status),
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

fn respond(stream: &mut TcpStream, status: &str, content: &str, body: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {content}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
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
    Refused(&'static str),
}

/// Decides which requests are answered.
#[derive(Debug, Clone)]
struct Guard {
    address: SocketAddr,
    token: String,
}

impl Guard {
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
        let given = query.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
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

    fn judged(head: &[&str]) -> Verdict {
        let guard = Guard { address: ([127, 0, 0, 1], 4711).into(), token: "secret".to_owned() };
        guard.judge(&head.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
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
