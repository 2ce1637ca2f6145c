//! The `nestling` command; everything is in the library beside it.

fn main() {}
