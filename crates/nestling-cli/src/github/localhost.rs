//! Lines of a job that reach a service at `localhost`, which is its alias on GitLab.

use super::notes::{Notes, Part};
use super::text::shown;
use nestling::Origin;
use nestling_gitlab::yaml::{Kind, Map, Node, Style};

/// The names by which a job reaches a service that has `ports`.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "0.0.0.0"];

/// A service whose ports are those of the machine.
struct Service<'a> {
    alias: &'a str,
    origin: Origin,
    /// The ports of the machine, each with that of the service.
    ports: Vec<(&'a str, &'a str)>,
}

/// Adds a line about each string that uses `localhost`; about each service, where no string does.
pub(super) fn tell_localhost(written: &Map, env: &[(String, Node)], notes: &mut Notes) {
    // In a container, a job reaches a service by its name on GitHub as well.
    if written.contains("container") {
        return;
    }
    let services = services(written);
    let mut named = vec![false; services.len()];
    for (text, origin) in lines(written, env).iter().filter(|_| !services.is_empty()) {
        if !NAMES.iter().any(|name| text.contains(name)) {
            continue;
        }
        let by_port = |service: &Service<'_>| service.ports.iter().any(|(port, _)| has_port(text, port));
        let meant: Vec<usize> =
            (0..).zip(&services).filter(|(_, it)| by_port(it)).map(|(index, _)| index).collect();
        let meant = if meant.is_empty() { (0..services.len()).collect() } else { meant };
        let hosts = meant.iter().filter_map(|index| services.get(*index)).map(|service| service.host(text));
        let hosts = hosts.collect::<Vec<_>>().join(" or ");
        let text = format!("`{}`: the service is at {hosts}, and no longer at `localhost`", shown(text));
        notes.add(Part::Decided, *origin, text);
        for index in meant {
            if let Some(slot) = named.get_mut(index) {
                *slot = true;
            }
        }
    }
    for service in services.iter().zip(named).filter(|(_, is_named)| !is_named).map(|(service, _)| service) {
        let text = format!("the service is reached at `{}`, and no longer at `localhost`", service.alias);
        notes.add(Part::Decided, service.origin, text);
    }
}

impl Service<'_> {
    /// Returns the host of the service; with its port, where a line names another one.
    fn host(&self, line: &str) -> String {
        let other = self.ports.iter().find(|(outer, inner)| outer != inner && has_port(line, outer));
        other.map_or_else(|| format!("`{}`", self.alias), |(_, inner)| format!("`{}:{inner}`", self.alias))
    }
}

fn services(written: &Map) -> Vec<Service<'_>> {
    let all = written.get("services").and_then(Node::as_map).into_iter().flat_map(Map::iter);
    all.filter_map(|(alias, service)| {
        let ports = service.get("ports")?.items_or_self().iter().filter_map(Node::text);
        let ports = ports.map(|port| {
            let port = port.split('/').next().unwrap_or(port);
            port.rsplit_once(':')
                .map_or((port, port), |(outer, inner)| (outer.rsplit(':').next().unwrap_or(outer), inner))
        });
        Some(Service { alias, origin: service.origin, ports: ports.collect() })
    })
    .collect()
}

/// Returns `true` if a line has this number, and not as a part of another one.
fn has_port(line: &str, port: &str) -> bool {
    !port.is_empty() && line.split(|c: char| !c.is_ascii_digit()).any(|number| number == port)
}

/// Returns the lines of the scripts and the values of `env`, with their places.
fn lines(written: &Map, env: &[(String, Node)]) -> Vec<(String, Origin)> {
    let mut lines = Vec::new();
    for (name, value) in env {
        lines.push((format!("{name}: {}", value.text().unwrap_or_default()), value.origin));
    }
    for step in written.get("steps").map(Node::items_or_self).unwrap_or_default() {
        for (name, value) in step.get("env").and_then(Node::as_map).into_iter().flat_map(Map::iter) {
            lines.push((format!("{name}: {}", value.text().unwrap_or_default()), value.origin));
        }
        let Some(run) = step.get("run") else { continue };
        let is_block = matches!(&run.kind, Kind::Scalar(scalar) if scalar.style == Style::Block);
        for (line, text) in (1..).zip(run.text().unwrap_or_default().lines()) {
            let offset = if is_block { line } else { 0 };
            let origin = Origin::line(run.origin.file, run.origin.line.saturating_add(offset));
            lines.push((text.trim().to_owned(), origin));
        }
    }
    lines
}
