//! The requests about an open file, and who answers each.

use crate::model::{Model, OpenFile};
use crate::preview::Page;
use crate::{actions, complete, highlight, hover, lens, navigate, preview, rename, symbols};
use lsp_types::{
    CodeActionKind, CodeActionParams, CodeLensParams, CompletionParams, DocumentSymbolParams,
    FoldingRangeParams, GotoDefinitionParams, HoverParams, InlayHintParams, ReferenceParams, RenameParams,
    SemanticTokensParams, TextDocumentIdentifier, TextDocumentPositionParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The answer to a request.
pub(crate) enum Answer {
    Result(Value),
    /// A page that the editor is asked to show.
    Page(Page),
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
        "executeCommandProvider": { "commands": [lens::PREVIEW] },
        "renameProvider": { "prepareProvider": true },
        "documentSymbolProvider": true,
        "foldingRangeProvider": true,
        "semanticTokensProvider": {
            "legend": { "tokenTypes": highlight::TOKEN_TYPES, "tokenModifiers": [] },
            "full": true,
        },
        "inlayHintProvider": true,
        "codeActionProvider": { "codeActionKinds": [CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR] },
    })
}

/// Answers a request about a file.
pub(crate) fn answer(model: &Model<'_>, method: &str, params: Value) -> Answer {
    match method {
        "textDocument/codeAction" => with(params, |params: CodeActionParams| {
            in_file(model, &params.text_document, |file| actions::actions(model, file, params.range))
        }),
        "textDocument/codeLens" => with(params, |params: CodeLensParams| {
            in_file(model, &params.text_document, |file| lens::lenses(model, file))
        }),
        "textDocument/documentSymbol" => with(params, |params: DocumentSymbolParams| {
            in_file(model, &params.text_document, symbols::symbols)
        }),
        "textDocument/foldingRange" => {
            with(params, |params: FoldingRangeParams| in_file(model, &params.text_document, symbols::folds))
        }
        "textDocument/semanticTokens/full" => with(params, |params: SemanticTokensParams| {
            Some(highlight::tokens(&model.file(&params.text_document.uri)?))
        }),
        "textDocument/inlayHint" => with(params, |params: InlayHintParams| {
            in_file(model, &params.text_document, |file| highlight::hints(model, file, params.range))
        }),
        "workspace/executeCommand" => match serde_json::from_value(params) {
            Ok(params) => preview::run(model, &params).map_or_else(Answer::Refused, Answer::Page),
            Err(_) => Answer::Invalid,
        },
        _ => answer_at_position(model, method, params),
    }
}

/// Answers a request about a place in a file.
fn answer_at_position(model: &Model<'_>, method: &str, params: Value) -> Answer {
    match method {
        "textDocument/hover" => with(params, |params: HoverParams| {
            let target = params.text_document_position_params;
            let file = model.file(&target.text_document.uri)?;
            hover::hover(model, &file, target.position)
        }),
        "textDocument/definition" => with(params, |params: GotoDefinitionParams| {
            let target = params.text_document_position_params;
            in_file(model, &target.text_document, |file| navigate::definition(model, file, target.position))
        }),
        "textDocument/references" => with(params, |params: ReferenceParams| {
            let target = params.text_document_position;
            let is_whole = params.context.include_declaration;
            in_file(model, &target.text_document, |file| {
                navigate::references(model, file, target.position, is_whole)
            })
        }),
        "textDocument/completion" => with(params, |params: CompletionParams| {
            let target = params.text_document_position;
            in_file(model, &target.text_document, |file| complete::complete(model, file, target.position))
        }),
        "textDocument/prepareRename" => {
            let Ok(target) = serde_json::from_value::<TextDocumentPositionParams>(params) else {
                return Answer::Invalid;
            };
            let Some(file) = model.file(&target.text_document.uri) else {
                return Answer::Result(Value::Null);
            };
            match rename::prepare(model, &file, target.position) {
                Ok(place) => Answer::Result(serde_json::to_value(place).unwrap_or_default()),
                Err(why) => Answer::Refused(why),
            }
        }
        "textDocument/rename" => {
            let Ok(params) = serde_json::from_value::<RenameParams>(params) else { return Answer::Invalid };
            let target = params.text_document_position;
            let Some(file) = model.file(&target.text_document.uri) else {
                return Answer::Refused("the file is not open, or belongs to no pipeline".to_owned());
            };
            match rename::rename(model, &file, target.position, &params.new_name) {
                Ok(edit) => Answer::Result(in_order(serde_json::to_value(edit).unwrap_or_default())),
                Err(why) => Answer::Refused(why),
            }
        }
        _ => Answer::Unknown,
    }
}

/// Returns an edit with its files in the order of their names: the protocol's type has them in any.
fn in_order(mut edit: Value) -> Value {
    if let Some(Value::Object(files)) = edit.get_mut("changes") {
        files.sort_keys();
    }
    edit
}

/// Reads the parameters and answers.
fn with<P: DeserializeOwned, R: Serialize>(params: Value, answer: impl FnOnce(P) -> R) -> Answer {
    let Ok(params) = serde_json::from_value(params) else { return Answer::Invalid };
    Answer::Result(serde_json::to_value(answer(params)).unwrap_or_default())
}

/// Answers with an empty list for a file that is not open.
fn in_file<T>(
    model: &Model<'_>,
    document: &TextDocumentIdentifier,
    answer: impl FnOnce(&OpenFile<'_>) -> Vec<T>,
) -> Vec<T> {
    model.file(&document.uri).map(|file| answer(&file)).unwrap_or_default()
}
