//! The names of templates, and the paths that they mean.

/// Name of the directories beside templates that contain their cases and snapshots, not further templates.
pub(crate) const CASES_DIRECTORY: &[u8] = b"tests";

/// Returns the name of a template without the ending of its file.
pub(crate) fn template_stem(name: &str) -> &str {
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

/// Returns the name of the template in a file of a template directory.
pub(super) fn template_name(directory: &str, file: &str) -> Option<String> {
    let stem = file.strip_suffix(".yml").or_else(|| file.strip_suffix(".yaml"))?;
    match (directory, stem) {
        ("", stem) => Some(stem.to_owned()),
        (directory, "template") => Some(directory.to_owned()),
        (directory, stem) => Some(format!("{directory}/{stem}")),
    }
}

/// Returns the name of a component, which is that of its file or directory.
pub(super) fn component_name(template: &str) -> &str {
    let path = template_stem(template);
    let path = path.strip_suffix("/template").unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the paths in a template directory that a name can mean.
pub(super) fn spellings(name: &str) -> Vec<String> {
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    match stem {
        Some(stem) => vec![name.to_owned(), format!("{stem}/template.yml")],
        None => vec![format!("{name}.yml"), format!("{name}.yaml"), format!("{name}/template.yml")],
    }
}
