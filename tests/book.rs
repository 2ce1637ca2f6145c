//! The book in `docs/`: every page is in its table of contents, every link leads somewhere, what it shows is so, and mdBook
//! builds it.

mod index;
mod keys;
mod links;
mod reference;
mod tutorial;
