//! Cargo: the platform that a crate is built for (<https://doc.rust-lang.org/cargo/reference/config.html#buildtarget>).

use super::super::inventory::and_above;
use super::super::text::text_of;
use nestling::{Files, ReadError, RepoPath};
use toml::{Table, Value};

/// The platform of the image. The jobs run there whether a file names it or not.
const OF_IMAGE: [&str; 2] = ["x86_64-unknown-linux-gnu", "host-tuple"];

/// Returns the first platform that a crate is built for and that is not the image's, with the file that names it.
///
/// # Errors
/// A file cannot be read.
pub(super) fn other_than_the_image(
    files: &dyn Files,
    dir: &RepoPath,
) -> Result<Option<(RepoPath, String)>, ReadError> {
    for above in and_above(dir) {
        for name in [".cargo/config", ".cargo/config.toml"] {
            let Ok(file) = above.join(name) else { continue };
            let Some(text) = text_of(files, &file)? else { continue };
            let settings = text.parse::<Table>().unwrap_or_default();
            // The nearest file takes precedence.
            let Some(stated) = settings.get("build").and_then(|build| build.get("target")) else { continue };
            let targets = stated.as_array().map_or_else(|| vec![stated], |targets| targets.iter().collect());
            let mut targets = targets.into_iter().filter_map(Value::as_str);
            let other = targets.find(|target| !OF_IMAGE.contains(target));
            return Ok(other.map(|target| (file, target.to_owned())));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn the_nearest_settings_name_the_platform() {
        let target = |value: &str| format!("[build]\ntarget = {value}\n");
        let (arm, host) = (target("'thumbv7em-none-eabihf'"), target("['x86_64-unknown-linux-gnu']"));
        let flags = "[build]\nrustflags = []\n".to_owned();
        for (own, above, expected) in [
            (None, None, None),
            (Some(&arm), None, Some("a/.cargo/config.toml")),
            (None, Some(&arm), Some(".cargo/config.toml")),
            (Some(&host), Some(&arm), None),
            (Some(&flags), Some(&arm), Some(".cargo/config.toml")),
        ] {
            let own = own.map(|text| ("a/.cargo/config.toml", text.as_str()));
            let above = above.map(|text| (".cargo/config.toml", text.as_str()));
            let files = MemoryFiles::new(own.into_iter().chain(above));
            let found = other_than_the_image(&files, &RepoPath::parse("a").unwrap()).unwrap();
            assert_eq!(found.map(|(file, _)| file.to_string()).as_deref(), expected, "{own:?} {above:?}");
        }
    }
}
