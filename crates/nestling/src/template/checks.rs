//! Mistakes that the engine passes over silently or does not survive, found before a template is compiled.

pub(crate) mod import_alias;
pub(crate) mod orphan_blocks;
pub(crate) mod reserved_characters;
