//! The one test binary: cases, examples, tidiness and end-to-end runs. Each module says what it needs.

#[cfg(test)]
mod support;

#[cfg(test)]
mod tidy;

#[cfg(test)]
mod documents;

#[cfg(test)]
mod book;

#[cfg(test)]
mod oracles;

#[cfg(test)]
mod keywords;

#[cfg(test)]
mod parts;

#[cfg(test)]
mod size;

#[cfg(test)]
mod examples;

#[cfg(test)]
mod determinism;

#[cfg(test)]
mod no_checkout;

#[cfg(test)]
mod instructions;

#[cfg(test)]
mod hostile;

#[cfg(test)]
mod render_cases;

#[cfg(test)]
mod check_cases;

#[cfg(test)]
mod stop_table;

#[cfg(test)]
mod slugs;

#[cfg(test)]
mod gallery;

#[cfg(test)]
mod e2e;

#[cfg(test)]
mod monorepo;

#[cfg(test)]
mod compare;

#[cfg(test)]
mod cdk;

#[cfg(test)]
mod browser;

#[cfg(test)]
mod agreement;

#[cfg(test)]
mod diff;

#[cfg(test)]
mod transcripts;

#[cfg(test)]
mod commands;

#[cfg(test)]
mod output;

#[cfg(test)]
mod reports;

#[cfg(test)]
mod init;

#[cfg(test)]
mod watch;

#[cfg(test)]
mod views;

#[cfg(test)]
mod library;

#[cfg(test)]
mod schemas;

#[cfg(test)]
mod template_tests;

#[cfg(test)]
mod smoke;

#[cfg(test)]
mod change_detection;
