//! The time that `check` takes grows with the jobs, not with their pairs.

use crate::support::large;
use nestling_gitlab::check::{CheckSettings, check, read_file};
use nestling_gitlab::diagnostic::Sources;
use std::time::{Duration, Instant};

/// The quickest of three checks of a pipeline of so many units.
fn quickest(units: usize) -> Duration {
    let (pipeline, _) = read_file("large.yml", &large::pipeline(units), &Sources::default());
    let timed = |_| {
        let start = Instant::now();
        check(&pipeline, &CheckSettings::default());
        start.elapsed()
    };
    (0..3).map(timed).min().unwrap()
}

#[test]
#[ignore = "measures time"]
fn checking_eight_times_the_jobs_takes_less_than_sixteen_times_as_long() {
    let (small, large) = (quickest(625), quickest(5_000));
    // A loop over all pairs of jobs would take 64 times as long.
    assert!(large < small * 16, "2,500 jobs took {small:?}, and 20,000 jobs {large:?}");
}
