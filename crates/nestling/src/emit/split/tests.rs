use super::{Load, PipelineLimits};
use crate::emit::groups::groups;
use crate::emit::testing::line;
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::need::{Need, needs, rules_needs};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::testing::map;
use proptest::collection::vec;
use proptest::prelude::*;
use std::num::NonZeroUsize;

/// Jobs of units, each `(unit, needed job, deploys)`; the need may be in rules, parallel or optional.
fn pipeline(jobs: &[(usize, Option<usize>, bool)]) -> Pipeline {
    let job = |(at, (unit, need, deploys)): (usize, &(usize, Option<usize>, bool))| {
        let name = |at: usize| format!("u{}:j{at}", jobs[at].0);
        let need = need.map(|need| need % jobs.len()).filter(|need| *need != at);
        let need = need.map(|need| match need % 4 {
            0 => format!("needs: ['{}'], ", name(need)),
            1 => format!("needs: [{{job: '{} 1/2', optional: true}}], ", name(need)),
            2 => format!("rules: [{{needs: ['{}']}}], ", name(need)),
            _ => format!("dependencies: [\"{}: [a, b]\"], ", name(need)),
        });
        let environment = if *deploys { "environment: x, " } else { "" };
        let body = map(&format!("{{{}{environment}script: make}}", need.unwrap_or_default()));
        let unit = Some(UnitName::parse(&format!("u{unit}")).unwrap());
        Job { name: JobName::parse(&name(at)).unwrap(), origin: line(1), unit, environment: None, body }
    };
    Pipeline { jobs: jobs.iter().enumerate().map(job).collect(), ..Pipeline::default() }
}

fn pipelines() -> impl Strategy<Value = Pipeline> {
    vec((0..12_usize, prop::option::weighted(0.2, 0..40_usize), any::<bool>()), 1..40)
        .prop_map(|jobs| pipeline(&jobs))
}

fn loads(pipeline: &Pipeline) -> Vec<Load> {
    pipeline.jobs.iter().map(Load::of).collect()
}

fn by_limits(pipeline: &Pipeline, limits: &PipelineLimits) -> Vec<Vec<usize>> {
    super::by_limits(&groups(pipeline), &loads(pipeline), limits)
}

fn by_count(pipeline: &Pipeline, count: NonZeroUsize) -> Vec<Vec<usize>> {
    super::by_count(&groups(pipeline), &loads(pipeline), count)
}

/// Every job is in one part, with its unit and with all that it needs.
fn whole(pipeline: &Pipeline, parts: &[Vec<usize>]) -> Result<(), TestCaseError> {
    let mut part_of = vec![None; pipeline.jobs.len()];
    for (number, part) in parts.iter().enumerate() {
        prop_assert!(part.is_sorted());
        for at in part {
            prop_assert_eq!(part_of[*at].replace(number), None, "job {} is in two parts", at);
        }
    }
    prop_assert!(part_of.iter().all(Option::is_some));
    let find = |name: &str| pipeline.jobs.iter().position(|job| job.name.as_str() == name).unwrap();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        let first = pipeline.jobs.iter().position(|other| other.unit == job.unit).unwrap();
        prop_assert_eq!(part_of[at], part_of[first]);
        let mut needed = needs(&job.body).unwrap_or_default();
        needed.extend(rules_needs(&job.body));
        for name in needed.iter().filter_map(Need::job) {
            let name = name.split(' ').next().unwrap();
            prop_assert_eq!(part_of[at], part_of[find(name)], "{} needs {}", job.name, name);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn parts_fit_and_nothing_is_torn_apart(pipeline in pipelines(), deployments in 1..12_usize, jobs in 1..20_usize) {
        let limits = PipelineLimits { deployments, jobs, ..PipelineLimits::default() };
        let parts = by_limits(&pipeline, &limits);
        whole(&pipeline, &parts)?;
        for (number, part) in parts.iter().enumerate() {
            let load = Load::of_some(&loads(&pipeline), part);
            // What is too large cannot be cut: it would fit as soon as it is more than one group.
            let groups = by_limits(&pipeline, &PipelineLimits { jobs: 0, ..limits });
            let in_part = groups.iter().filter(|group| part.contains(&group[0])).count();
            prop_assert!(load.fits(&limits) || in_part == 1, "part {} holds {:?}", number, load);
        }
    }

    #[test]
    fn a_fixed_number_of_parts_holds_everything(pipeline in pipelines(), count in 1..6_usize) {
        let parts = by_count(&pipeline, NonZeroUsize::new(count).unwrap());
        prop_assert_eq!(parts.len(), count);
        whole(&pipeline, &parts)?;
    }
}

#[test]
fn units_that_are_alike_are_dealt_out_evenly() {
    let pipeline = pipeline(&[0, 1, 2, 3, 4, 5].map(|unit| (unit, None, true)));
    let parts = by_count(&pipeline, NonZeroUsize::new(3).unwrap());
    assert_eq!(parts, [vec![0, 3], vec![1, 4], vec![2, 5]]);
    let parts = by_limits(&pipeline, &PipelineLimits { deployments: 4, ..PipelineLimits::default() });
    assert_eq!(parts, [vec![0, 1, 2, 3], vec![4, 5]]);
}
