//! The plan as a single HTML file that needs no network: the pipeline graph as GitLab draws it, with search.
//!
//! The page is a template with a style sheet and plain JavaScript, which read the plan as embedded JSON ([`data`]).

mod data;

use crate::plan::Plan;
use minijinja::{Environment, context};
use nestling_files::path::{is_misleading, readable};

const PAGE: &str = include_str!("html/page.html.jinja");
const STYLE: &str = include_str!("html/page.css");

/// The scripts in the order in which they build on each other. They share one scope.
const SCRIPTS: [&str; 8] = [
    include_str!("html/model.js"),
    include_str!("html/filter.js"),
    include_str!("html/layout.js"),
    include_str!("html/graph.js"),
    include_str!("html/keys.js"),
    include_str!("html/panel.js"),
    include_str!("html/lists.js"),
    include_str!("html/main.js"),
];

/// An error in Nestling's own page template.
#[derive(Debug, thiserror::Error)]
#[error("the page's template is broken")]
#[non_exhaustive]
pub struct HtmlError(#[from] minijinja::Error);

/// Returns the plan as a page.
///
/// # Errors
/// Only an error in Nestling itself; a test renders the page.
pub fn html(plan: &Plan) -> Result<String, HtmlError> {
    let page = data::of(plan, &plan.diagnostics, &plan.sources);
    let json = serde_json::to_string(&page)
        .map_err(|error| minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string()))?;
    let mut environment = Environment::new();
    environment.add_template("page.html", PAGE)?;
    let rendered = environment.get_template("page.html")?.render(context! {
        title => readable(&page.description),
        summary => readable(super::summary(plan).trim()),
        style => STYLE,
        script => SCRIPTS.join("\n"),
        data => inert(&json),
    })?;
    Ok(rendered)
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
