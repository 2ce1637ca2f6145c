//! The plan as a single HTML file that needs no network: the pipeline graph, the change, and the other kinds of pipelines.
//!
//! The page is a template with a style sheet and plain JavaScript, which read the plan as embedded JSON ([`page_data`]).

mod data;
mod tables;
mod page_data;
mod children;
mod job;
mod collect;
mod compared;
mod listing;

use super::diff::diff;
use crate::emit::EmittedPart;
use crate::plan::Plan;
use listing::Listing;
use minijinja::{Environment, context};
use nestling_files::files::Files;
use nestling_files::path::{is_misleading, readable};
use page_data::PageData;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("html/page.html.jinja");

/// The colors and the fonts of all pages.
pub(super) const THEME: &str = include_str!("html/theme.css");

/// The style sheets, in order.
const STYLES: [&str; 4] =
    [THEME, include_str!("html/page.css"), include_str!("html/graph.css"), include_str!("html/views.css")];

/// The scripts in the order in which they build on each other. They share one scope.
const SCRIPTS: [&str; 21] = [
    include_str!("html/words.js"),
    include_str!("html/elements.js"),
    include_str!("html/model.js"),
    include_str!("html/levels.js"),
    include_str!("html/filter.js"),
    include_str!("html/layout.js"),
    include_str!("html/cards.js"),
    include_str!("html/edges.js"),
    include_str!("html/graph.js"),
    include_str!("html/keys.js"),
    include_str!("html/source.js"),
    include_str!("html/rules.js"),
    include_str!("html/parts.js"),
    include_str!("html/panel.js"),
    include_str!("html/lists.js"),
    include_str!("html/change.js"),
    include_str!("html/compared.js"),
    include_str!("html/problems.js"),
    include_str!("html/print.js"),
    include_str!("html/address.js"),
    include_str!("html/main.js"),
];

/// An error in Nestling's own page template.
#[derive(Debug, thiserror::Error)]
#[error("the page's template is broken")]
#[non_exhaustive]
pub struct HtmlError(#[from] minijinja::Error);

/// A page of one plan, to which other kinds of pipelines and the plan of base can be added.
///
/// ```
/// use nestling::testing::plan_files;
/// use nestling::view::HtmlPage;
///
/// let plan = plan_files([("nestling.yml", "workspace: {}"), ("api/nestling.yml", "build: { script: make }")])?;
/// let page = HtmlPage::new(&plan).render().expect("the template is Nestling's own");
/// assert!(page.starts_with("<!doctype html>"));
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the page is made by `render`"]
pub struct HtmlPage<'a> {
    /// The plan of the first kind, with which the others are compared.
    first: &'a Plan,
    title: String,
    summary: String,
    listing: Listing,
    data: PageData,
}

impl<'a> HtmlPage<'a> {
    /// Starts the page of a plan.
    pub fn new(plan: &'a Plan) -> Self {
        let mut data = PageData { nestling: env!("CARGO_PKG_VERSION"), ..PageData::default() };
        collect::add_kind(&mut data, plan, None);
        Self {
            first: plan,
            title: readable(&plan.facts.describe()).into_owned(),
            summary: readable(super::summary(plan).trim()).into_owned(),
            listing: Listing::of(plan),
            data,
        }
    }

    /// Adds the plan of the same change for another kind of pipeline.
    pub fn add_kind(&mut self, plan: &Plan) {
        let difference = compared::kind(&diff(self.first, plan), &mut self.data.tables);
        collect::add_kind(&mut self.data, plan, Some(difference));
    }

    /// Adds the difference between the plans of all units at base and at head, for the first kind of pipeline.
    pub fn add_base(&mut self, base: &Plan, head: &Plan) {
        self.data.base = Some(compared::base(base, head, &mut self.data.tables));
    }

    /// Adds the parts that the first kind's pipeline is written in, as [`Plan::parts`] returns them: the router's trigger jobs with
    /// the jobs that each starts.
    pub fn add_parts(&mut self, plan: &Plan, parts: &[EmittedPart]) {
        collect::add_parts(&mut self.data, plan, parts);
    }

    /// Returns true if trigger jobs start pipelines whose files are in the repository: [`HtmlPage::read_children`] reads them.
    pub fn has_local_children(&self) -> bool {
        !children::paths(&self.data).is_empty()
    }

    /// Adds the jobs of child pipelines whose files are in the repository.
    pub fn read_children(&mut self, files: &dyn Files, plan: &Plan) {
        children::read(&mut self.data, files, &plan.facts);
    }

    /// Links source lines to the project's host. `address` is that of the commit's files and ends with a slash, such as
    /// `https://gitlab.example.com/group/project/-/blob/SHA/`; anything but a web URL is not linked.
    pub fn link_sources(&mut self, address: &str) {
        if data::is_web_address(address) {
            self.data.source = Some(address.to_owned());
        }
    }

    /// Takes the links from the lines of these files, such as those that differ from the linked commit. Called when all kinds are
    /// added, since it is about the files that the page has.
    pub fn unlink_sources(&mut self, paths: &BTreeSet<String>) {
        let files = self.data.tables.files.values().iter().enumerate();
        let unlinked = files.filter(|(_, (path, _))| paths.contains(path)).map(|(index, _)| index);
        self.data.unlinked.extend(unlinked);
    }

    /// Adds durations of jobs in seconds, by name, for the critical path.
    pub fn add_durations(&mut self, durations: BTreeMap<String, f64>) {
        self.data.durations.extend(durations);
    }

    /// Makes the page load again when its server has another version of it than this one.
    pub fn reload_live(&mut self, version: u64) {
        self.data.live = Some(version);
    }

    /// Returns the page.
    ///
    /// # Errors
    /// Only an error in Nestling itself; a test renders the page.
    pub fn render(&self) -> Result<String, HtmlError> {
        let json = serde_json::to_string(&self.data).map_err(|error| {
            minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string())
        })?;
        let mut environment = Environment::new();
        environment.add_template("page.html", PAGE)?;
        let rendered = environment.get_template("page.html")?.render(context! {
            title => &self.title,
            summary => &self.summary,
            listing => minijinja::Value::from(minijinja::value::Serde(&self.listing)),
            style => STYLES.join("\n"),
            script => SCRIPTS.join("\n"),
            live => self.data.live.is_some(),
            data => inert(&json),
        })?;
        Ok(rendered)
    }
}

/// Returns the plan as a page.
///
/// # Errors
/// Only an error in Nestling itself; a test renders the page.
pub fn html(plan: &Plan) -> Result<String, HtmlError> {
    HtmlPage::new(plan).render()
}

/// Escapes JSON for a `script` element: no HTML parser finds the element's end in it. Characters that a reader does not see,
/// such as marks of the direction of writing, become text that says which they are.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            // JSON has its own escapes of the others, such as line breaks.
            c if is_misleading(c) => {
                out.push('\\');
                out.extend(c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_ends_the_element_that_holds_it() {
        let hostile = "</script><script>alert(1)</script><!--";
        let json = serde_json::to_string(hostile).unwrap();
        let inert = inert(&json);
        assert!(!inert.contains(['<', '>', '&']), "{inert}");
        assert_eq!(serde_json::from_str::<String>(&inert).unwrap(), hostile);
    }

    #[test]
    fn a_reader_sees_which_characters_are_in_the_data() {
        let json = serde_json::to_string("a\u{202e}b\u{2028}c\u{85}\n\u{e4}").unwrap();
        let shown = serde_json::from_str::<String>(&inert(&json)).unwrap();
        assert_eq!(shown, "a\\u{202e}b\\u{2028}c\\u{85}\n\u{e4}");
    }
}
