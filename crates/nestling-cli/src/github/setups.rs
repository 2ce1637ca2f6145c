//! Actions that set up a language, as the image of a job.

use super::action_inputs::Inputs;
use super::documents::Documents;
use super::new_job::NewJob;
use super::notes::{Notes, Part};
use super::versions::Language;
use nestling_gitlab::yaml::{Kind, Node};

/// Channels of Rust that are references of the action.
const CHANNELS: [&str; 3] = ["stable", "beta", "nightly"];

/// Inputs with parts of a Rust toolchain, and the commands that install them.
const RUST_PARTS: [(&str, &str); 3] = [
    ("components", "rustup component add"),
    ("target", "rustup target add"),
    ("targets", "rustup target add"),
];

/// A step that sets up a language.
pub(super) struct Setup<'a> {
    pub known: &'a Language,
    /// The reference of the action.
    pub reference: &'a str,
    pub documents: &'a Documents<'a>,
}

impl Setup<'_> {
    /// Sets the image of a job.
    pub(super) fn add(&self, inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
        let Language { image, default, input, .. } = *self.known;
        let is_rust = image == "rust";
        // `dtolnay/rust-toolchain@1.90` and `@nightly` have the version there.
        let is_version = is_rust && (self.reference.contains('.') || CHANNELS.contains(&self.reference));
        let lines = inputs.lines(input, notes);
        if lines.len() > 1 {
            let text = format!("the versions `{}` in one image: the last one is taken", lines.join("`, `"));
            notes.add(Part::Lost, inputs.origin, text);
        }
        let written = lines.last().cloned().or_else(|| is_version.then(|| self.reference.to_owned()));
        let version = written.or_else(|| self.version_of_file(inputs, notes));
        let version = version.unwrap_or_else(|| default.to_owned());
        let found = if is_rust { self.rust(&version, job) } else { self.image(&version, inputs, job, notes) };
        set_image(found, inputs, job, notes);
        if is_rust {
            return add_rust_parts(inputs, input, job, notes);
        }
        let file = format!("{input}-file");
        inputs.report_others(&[input, &file, "cache", "cache-dependency-path", "distribution"], notes);
        if inputs.with.contains("cache") {
            notes.add(Part::Lost, inputs.origin, "`cache` of the action: add `cache` to the job");
        }
    }

    /// Returns the version in the file that an input names.
    fn version_of_file(&self, inputs: &Inputs<'_>, notes: &mut Notes) -> Option<String> {
        let key = format!("{}-file", self.known.input);
        let path = inputs.text(&key, notes)?;
        let text = self.documents.text(path.trim_start_matches("./"));
        match text.and_then(|text| self.known.version_in(&path, &text)) {
            Some(version) => {
                let text =
                    format!("`{key}`: the image has the version of `{path}`, and does not change with it");
                notes.add(Part::Rewritten, inputs.origin, text);
                Some(version)
            }
            None => {
                let text = format!("`{key}`: no version is found in `{path}`; set the tag of the image");
                notes.add(Part::Lost, inputs.origin, text);
                None
            }
        }
    }

    /// Returns the image for a version, which may be a variable of the job's matrix.
    fn image(&self, version: &str, inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) -> String {
        let Language { image, default, .. } = *self.known;
        let fallback = |version: &str, notes: &mut Notes| {
            let text = format!("the version `{version}` is not a tag: `{image}:{default}` is in its place");
            notes.add(Part::Lost, inputs.origin, text);
            format!("{image}:{default}")
        };
        let variable = version.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let Some(variable) = variable else {
            return self.known.image_of(version).unwrap_or_else(|| fallback(version, notes));
        };
        let written = format!("{image}:{version}");
        let rows = match job.matrix.as_mut().map(|matrix| &mut matrix.kind) {
            Some(Kind::Seq(rows)) => rows.as_mut_slice(),
            _ => &mut [],
        };
        let of_row = |row: &Node| row.get(variable).and_then(Node::text).map(str::to_owned);
        let is_tag = |value: &String| {
            self.known.image_of(value).is_some_and(|found| found == format!("{image}:{value}"))
        };
        if rows.iter().filter_map(of_row).all(|value| is_tag(&value)) {
            return written;
        }
        // The image is a variable of its own where a value is not its tag.
        let name = format!("{variable}_IMAGE");
        for row in rows {
            let Some(value) = of_row(row) else { continue };
            let found = self.known.image_of(&value).unwrap_or_else(|| fallback(&value, notes));
            let origin = row.origin;
            if let Some(row) = row.as_map_mut() {
                row.set(name.as_str(), Node::string(origin, found));
            }
        }
        format!("${{{name}}}")
    }

    /// Returns the image for a Rust toolchain: it has tags for versions alone, and `rustup` for all others.
    fn rust(&self, version: &str, job: &mut NewJob) -> String {
        let Language { image, default, .. } = *self.known;
        if version.starts_with(|c: char| c.is_ascii_digit()) {
            return format!("{image}:{version}");
        }
        if version != "stable" {
            job.script.push(format!(
                "rustup toolchain install --profile minimal \"{version}\"\nrustup default \"{version}\""
            ));
        }
        format!("{image}:{default}")
    }
}

fn set_image(image: String, inputs: &Inputs<'_>, job: &mut NewJob, notes: &mut Notes) {
    match &job.image {
        None => job.image = Some(image),
        Some(other) if *other == image => {}
        Some(other) => {
            let text = format!(
                "a second image `{image}` in addition to `{other}`: a job can have only one image; build one that contains both"
            );
            notes.add(Part::Lost, inputs.origin, text);
        }
    }
}

fn add_rust_parts(inputs: &Inputs<'_>, input: &str, job: &mut NewJob, notes: &mut Notes) {
    for (input, command) in RUST_PARTS {
        let parts = inputs.shell(input, notes).map(|parts| parts.replace([',', '\n'], " "));
        let parts = parts.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        if !parts.is_empty() {
            job.script.push(format!("{command} {parts}"));
        }
    }
    inputs.report_others(&[input, "components", "target", "targets"], notes);
}
