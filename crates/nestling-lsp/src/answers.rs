//! The requests about an open file, and who answers each.

use crate::model::{Model, OpenFile};
use crate::{complete, hover, lens, navigate};
use lsp_types::{
    CodeLensParams, CompletionParams, GotoDefinitionParams, HoverParams, ReferenceParams,
    TextDocumentIdentifier,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The answer to a request.
pub(crate) enum Answer {
    Result(Value),
    /// The parameters are not as the protocol has them.
    Invalid,
    /// The request is not known.
    Unknown,
    /// It cannot be done, for this reason.
    Refused(String),
}

/// Returns the abilities that the requests here are.
pub(crate) fn capabilities() -> Value {
    json!({
        "hoverProvider": true,
        "definitionProvider": true,
        "referencesProvider": true,
        "completionProvider": { "triggerCharacters": ["$", "{", ".", ":", " ", "|", "/", "["] },
        "codeLensProvider": {},
    })
}

/// Answers a request about a file.
pub(crate) fn answer(model: &Model<'_>, method: &str, params: Value) -> Answer {
    match method {
        "textDocument/hover" => with(params, |params: HoverParams| {
            let at = params.text_document_position_params;
            let file = model.file(&at.text_document.uri)?;
            hover::hover(model, &file, at.position)
        }),
        "textDocument/definition" => with(params, |params: GotoDefinitionParams| {
            let at = params.text_document_position_params;
            in_file(model, &at.text_document, |file| navigate::definition(model, file, at.position))
        }),
        "textDocument/references" => with(params, |params: ReferenceParams| {
            let at = params.text_document_position;
            let is_whole = params.context.include_declaration;
            in_file(model, &at.text_document, |file| navigate::references(model, file, at.position, is_whole))
        }),
        "textDocument/completion" => with(params, |params: CompletionParams| {
            let at = params.text_document_position;
            in_file(model, &at.text_document, |file| complete::complete(model, file, at.position))
        }),
        "textDocument/codeLens" => with(params, |params: CodeLensParams| {
            in_file(model, &params.text_document, |file| lens::lenses(model, file))
        }),
        _ => Answer::Unknown,
    }
}

/// Reads the parameters and answers.
fn with<P: DeserializeOwned, R: Serialize>(params: Value, answer: impl FnOnce(P) -> R) -> Answer {
    let Ok(params) = serde_json::from_value(params) else { return Answer::Invalid };
    Answer::Result(serde_json::to_value(answer(params)).unwrap_or_default())
}

/// Answers with an empty list for what is no open file.
fn in_file<T>(
    model: &Model<'_>,
    document: &TextDocumentIdentifier,
    answer: impl FnOnce(&OpenFile<'_>) -> Vec<T>,
) -> Vec<T> {
    model.file(&document.uri).map(|file| answer(&file)).unwrap_or_default()
}
