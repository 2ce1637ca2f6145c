//! Renaming jobs, inputs, templates, environments, units, macros, blocks and values in all files that name them. A rename that
//! cannot be done whole is refused.

mod elsewhere;
mod computed;
mod data;
mod new_name;
mod tried;

use crate::edit::{Edit, add_key, line_break};
use crate::index::{Index, Occurrence};
use crate::library;
use crate::model::{Model, OpenFile};
use crate::names::{Name, NameKind, is_computed};
use crate::navigate;
use crate::outline::Outline;
use crate::position::TextIndex;
use lsp_types::{
    DocumentChangeOperation, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position,
    PrepareRenameResponse, RenameFile, ResourceOp, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Returns the word that would be renamed at a position; `None` where there is no name.
///
/// # Errors
/// The name there cannot be renamed, with the reason.
pub(crate) fn prepare(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    position: Position,
) -> Result<Option<PrepareRenameResponse>, String> {
    let index = model.index(file);
    let Some(occurrence) = navigate::name_under(&index, file, position) else { return Ok(None) };
    let name = index.name(occurrence);
    can_be_renamed(&index, name)?;
    let same = index.same(occurrence);
    check_reached(&index, occurrence, &same)?;
    check_fixed(model, file, &index, occurrence, &same)?;
    let range = file.lines.range(name.range.clone());
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.text.clone() }))
}

/// Returns the edits that rename the word at a position.
///
/// # Errors
/// It cannot be renamed, with the reason.
pub(crate) fn rename(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    position: Position,
    new_name: &str,
) -> Result<WorkspaceEdit, String> {
    let index = model.index(file);
    let occurrence = navigate::name_under(&index, file, position).ok_or("no name here")?;
    let name = index.name(occurrence);
    can_be_renamed(&index, name)?;
    new_name::check(&index, occurrence, new_name)?;
    let same = index.same(occurrence);
    check_reached(&index, occurrence, &same)?;
    check_fixed(model, file, &index, occurrence, &same)?;
    if matches!(name.kind, NameKind::Job | NameKind::Block) {
        // A unit's job overrides that of a template, and a block overrides that of the template it extends.
        let renamed = Name { text: new_name.to_owned(), ..name.clone() };
        elsewhere::check_templates(model, file, &index, &same, &renamed)?;
    }
    let mut edits: BTreeMap<PathBuf, Vec<Edit>> = BTreeMap::new();
    for (file, position) in &same {
        let old = &index.files[*file].names[*position];
        let text = new_name::written(&index.files[*file].text, old, new_name)?;
        let edit = Edit { range: old.range.clone(), text };
        edits.entry(index.files[*file].path.clone()).or_default().push(edit);
    }
    let mut moved = None;
    match &name.kind {
        NameKind::Unit if !same.iter().any(|same| index.name(*same).is_definition) => {
            let (path, edit) = name_of_unit(&index, &name.text, new_name)?;
            edits.entry(path).or_default().push(edit);
        }
        NameKind::Template => moved = Some(move_template(&index, &name.text, new_name)?),
        _ => {}
    }
    let changes = tried::Changes { edits: &edits, moved: moved.as_ref() };
    tried::check(model, file, &index, (name, new_name), &changes)?;
    Ok(workspace_edit(model, &index, edits, moved))
}

/// Refuses a name that cannot be replaced by any other: one that a template that is no file here uses as well, or that is made
/// where nothing can be written.
fn check_fixed(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    occurrence: Occurrence,
    same: &[Occurrence],
) -> Result<(), String> {
    let name = index.name(occurrence);
    elsewhere::check_templates(model, file, index, same, name)?;
    if let Some((file, _)) = same.iter().find(|(file, _)| index.files[*file].is_built_in) {
        let path = relative(index, *file);
        return Err(format!("`{path}`, which comes with Nestling, uses `{}`", name.text));
    }
    match &name.kind {
        NameKind::Unit => {
            elsewhere::check_globs(index, &name.text)?;
            if !same.iter().any(|same| index.name(*same).is_definition) {
                name_of_unit(index, &name.text, &name.text)?;
            }
            Ok(())
        }
        NameKind::Template => move_template(index, &name.text, &name.text).map(|_| ()),
        _ => Ok(()),
    }
}

/// Refuses a name that is also used where no rename reaches: by a role, in values, in data and in expressions.
fn check_reached(index: &Index, occurrence: Occurrence, same: &[Occurrence]) -> Result<(), String> {
    let name = index.name(occurrence);
    if let Some(role) = same.iter().find(|same| index.name(**same).is_of_dependencies) {
        let path = relative(index, role.0);
        return Err(format!(
            "`{path}` needs it by its role (`^{}`): other units have jobs of that name",
            name.text
        ));
    }
    let needs_definition = !matches!(name.kind, NameKind::Template | NameKind::Unit);
    if needs_definition && !same.iter().any(|same| index.name(*same).is_definition) {
        return Err(format!("`{}` is defined in no file here, or its name is computed there", name.text));
    }
    elsewhere::check_values(index, name)?;
    data::check(index, occurrence)?;
    computed::check(index, occurrence)
}

fn can_be_renamed(index: &Index, name: &Name) -> Result<(), String> {
    match &name.kind {
        NameKind::Include | NameKind::DirectoryGlob | NameKind::Glob | NameKind::Rule => {
            Err("this is not a name in the workspace".to_owned())
        }
        NameKind::Job | NameKind::Stage | NameKind::Environment if is_computed(&name.text) => {
            Err(format!("the name `{}` is computed: rename what its expressions read", name.text))
        }
        NameKind::Input(owner)
            if index.facts.template(owner).is_some_and(|template| template.path.is_none()) =>
        {
            Err("a built-in template's input keeps its name".to_owned())
        }
        NameKind::Template => match index.facts.template(&name.text) {
            Some(template) if template.path.is_some() => Ok(()),
            Some(_) => Err("a built-in template keeps its name".to_owned()),
            None => Err(format!("unknown template `{}`", name.text)),
        },
        _ => Ok(()),
    }
}

/// Returns the edit that gives a unit a name other than its directory's.
fn name_of_unit(index: &Index, unit: &str, new_name: &str) -> Result<(PathBuf, Edit), String> {
    let facts = index.facts.unit(unit).ok_or_else(|| format!("unknown unit `{unit}`"))?;
    let path = facts.file.as_ref().ok_or("a rule of the workspace names it by its directory")?;
    let path = index.absolute(path);
    let file = index.file(&path).ok_or("its file cannot be read")?;
    let text = &index.files[file].text;
    let outline = Outline::of(text);
    let header = outline.child(None, "unit");
    let edit = match header {
        Some(header) => add_key(&outline, header, "name", new_name),
        None => {
            let break_ = line_break(text);
            let separator = if text.starts_with("---") { "" } else { "---" };
            let separator = if separator.is_empty() { String::new() } else { format!("{separator}{break_}") };
            Some(Edit::insert(0, format!("unit:{break_}  name: {new_name}{break_}{separator}")))
        }
    };
    edit.map(|edit| (path, edit)).ok_or_else(|| "its header is not a mapping".to_owned())
}

/// Returns the paths of a template's file, or directory, before and after.
fn move_template(index: &Index, template: &str, new_name: &str) -> Result<(PathBuf, PathBuf), String> {
    let facts = index.facts.template(template).ok_or_else(|| format!("unknown template `{template}`"))?;
    let path = facts.path.as_ref().ok_or("a built-in template keeps its name")?;
    let folder = index.facts.template_directories.iter().find(|folder| path.is_in(folder));
    let folder = folder.ok_or("its directory is not among the files")?;
    let extension = if path.as_bytes().ends_with(b".yaml") { "yaml" } else { "yml" };
    let is_folder = path.file_name().starts_with(b"template.");
    let at_folder = index.absolute(folder);
    if is_folder {
        return Ok((at_folder.join(template), at_folder.join(new_name)));
    }
    Ok((index.absolute(path), at_folder.join(format!("{new_name}.{extension}"))))
}

fn relative(index: &Index, file: usize) -> String {
    let path = &index.files[file].path;
    if let Some(template) = library::template(path) {
        return template;
    }
    path.strip_prefix(&index.root).unwrap_or(path).display().to_string()
}

fn workspace_edit(
    model: &Model<'_>,
    index: &Index,
    edits: BTreeMap<PathBuf, Vec<Edit>>,
    moved: Option<(PathBuf, PathBuf)>,
) -> WorkspaceEdit {
    let in_file = |path: &Path, edits: Vec<Edit>| -> Option<(Uri, Vec<TextEdit>)> {
        let lines = TextIndex::new(&index.files[index.file(path)?].text, model.encoding);
        let edits = edits.into_iter();
        let edits = edits.map(|edit| TextEdit { range: lines.range(edit.range), new_text: edit.text });
        Some((model.uri(path)?, edits.collect()))
    };
    let files: Vec<(Uri, Vec<TextEdit>)> =
        edits.into_iter().filter_map(|(path, edits)| in_file(&path, edits)).collect();
    let Some((from, to)) = moved else {
        #[expect(clippy::mutable_key_type, reason = "the protocol's type; no URI is changed")]
        let changes: HashMap<Uri, Vec<TextEdit>> = files.into_iter().collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    };
    let mut operations: Vec<DocumentChangeOperation> = Vec::new();
    for (uri, edits) in files {
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: None };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits }));
    }
    if let (Some(old_uri), Some(new_uri)) = (model.uri(&from), model.uri(&to)) {
        let rename = RenameFile { old_uri, new_uri, options: None, annotation_id: None };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Rename(rename)));
    }
    let document_changes = Some(DocumentChanges::Operations(operations));
    WorkspaceEdit { document_changes, ..WorkspaceEdit::default() }
}
