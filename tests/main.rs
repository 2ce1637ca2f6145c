//! The one test binary: cases, examples, tidiness and end-to-end runs. Each module says what it needs.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod support;
mod tidy;
mod packages;
mod front_door;
mod documents;
mod book;
mod oracles;
mod keywords;
mod parts;
mod size;
mod examples;
mod determinism;
mod no_checkout;
mod damage;
mod hostile;
mod render_cases;
mod check_cases;
mod check_files;
mod rules;
mod stop_table;
mod slugs;
mod presence;
mod gallery;
mod e2e;
mod monorepo;
mod compare;
mod cdk;
mod browser;
mod agreement;
mod diff;
mod transcripts;
mod commands;
mod options;
mod output;
mod reports;
mod init;
mod watch;
mod views;
mod library;
mod schemas;
mod template_tests;
mod smoke;
mod change_detection;
mod perf;
