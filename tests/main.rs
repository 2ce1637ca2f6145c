//! The one test binary: cases, examples, tidiness and end-to-end runs. Each module says what it needs.

#[cfg(test)]
mod support;

#[cfg(test)]
mod tidy;

#[cfg(test)]
mod oracles;

#[cfg(test)]
mod render_cases;
