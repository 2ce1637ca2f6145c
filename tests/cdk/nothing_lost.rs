//! Nothing of a pipeline is lost: every action is a job or a line of the report, and every edge of its graph is a way
//! of needs.

use super::assemblies::{NEWEST, Shop, all, read};
use nestling::{Pipeline, Sources};
use nestling_cdk::deployment::{Deployment, Fate, GraphNode, NodeId, Order, Work};
use nestling_gitlab::pipeline::{Job, need};
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Everything to one environment that always deploys, so that every node becomes a job.
const HEADER: &str = "environment: always";

fn deployment(version: &str, name: &str) -> Deployment {
    read(&super::assemblies::bundle(version, name), &Sources::default()).unwrap()
}

#[test]
fn every_action_is_a_job_or_a_line_of_the_report() {
    let names = all().into_iter();
    let count = names.map(|(version, name)| {
        actions_are_jobs_or_lines(&format!("{version} {name}"), &deployment(&version, &name))
    });
    let actions: usize = count.sum();
    assert!(actions > 404 + 5 * 38, "{actions}");
}

/// Every action of an assembly is a job or a line of its report; how many actions it has.
pub(crate) fn actions_are_jobs_or_lines(name: &str, deployment: &Deployment) -> usize {
    let mut of_node: BTreeMap<NodeId, usize> = BTreeMap::new();
    for action in &deployment.actions {
        let label = format!("{name}: {}.{}", action.stage, action.name);
        match &action.fate {
            Fate::Reported => {
                let subject = format!("{}.{}", action.stage, action.name);
                let subject = match deployment.label(action.pipeline) {
                    Some(pipeline) => format!("action {pipeline}.{subject}"),
                    None => format!("action {subject}"),
                };
                assert!(deployment.report.lines.iter().any(|line| line.subject == subject), "{label}");
            }
            Fate::Nodes(nodes) => {
                let publishes = |node: &NodeId| matches!(deployment.nodes[*node].work, Work::Publish(_));
                assert!(
                    nodes.len() == 1 || nodes.iter().all(publishes),
                    "{label} is several jobs: {nodes:?}"
                );
                assert!(!nodes.is_empty(), "{label}");
                nodes.iter().for_each(|node| *of_node.entry(*node).or_default() += 1);
            }
        }
    }
    // And the other way round: no node comes from nowhere.
    for (id, node) in NodeId::each(&deployment.nodes).filter(|(_, node)| node.pipeline.is_some()) {
        assert!(of_node.contains_key(&id), "{name}: {} comes from no action", node.name);
    }
    deployment.actions.len()
}

#[test]
fn every_action_finds_its_step_of_the_graph() {
    for (version, name) in all().into_iter().filter(|(version, _)| version != "2.60.0") {
        let deployment = deployment(&version, &name);
        let own = |node: &GraphNode| (node.pipeline, node.name.clone());
        let names: Vec<_> = deployment.nodes.iter().map(own).collect();
        let unique: BTreeSet<_> = names.iter().cloned().collect();
        assert_eq!(names.len(), unique.len(), "{version} {name}");
        // A stack that was found by its step has a name of its own; its two actions are one job unless reviewed.
        let stacks: Vec<_> = deployment.nodes.iter().filter_map(|node| node.work.deploys()).collect();
        let distinct: BTreeSet<_> = stacks.iter().copied().collect();
        assert_eq!(stacks.len(), distinct.len(), "{version} {name}");
    }
}

/// The needs of each job of a pipeline, by index.
fn needs(pipeline: &Pipeline) -> Vec<BTreeSet<usize>> {
    let index: BTreeMap<&str, usize> =
        pipeline.jobs.iter().enumerate().map(|(at, job)| (job.name.as_str(), at)).collect();
    let of = |body| {
        let needs = need::needs(body).unwrap_or_default();
        needs.iter().filter_map(|need| index.get(need.job()?).copied()).collect()
    };
    pipeline.jobs.iter().map(|job| of(&job.body)).collect()
}

/// Everything that has to be done before a job.
fn before(job: usize, needs: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut queue = vec![job];
    while let Some(at) = queue.pop() {
        queue.extend(needs[at].iter().filter(|before| found.insert(**before)));
    }
    found
}

#[test]
fn every_edge_of_the_graph_is_a_way_of_needs() {
    for (version, name) in all() {
        edges_are_needs(
            &format!("{version} {name}"),
            &deployment(&version, &name),
            &Shop::new(&version, &name, HEADER),
        );
    }
}

/// One action publishes for several stages, and each of them has a job for it, in its own account: what it uses is there
/// before it is deployed, whether the graph of the pipeline is known or only its ranks.
#[test]
fn a_stack_with_assets_waits_for_what_publishes_them_for_its_stage() {
    let mut count = 0;
    for (version, name) in all() {
        let whole = super::assemblies::bundle(&version, &name);
        let ranked: Vec<_> = whole.iter().filter(|(path, _)| !path.ends_with(".dot")).cloned().collect();
        for files in [whole, ranked] {
            let deployment = read(&files, &Sources::default()).unwrap();
            let nodes = &deployment.nodes;
            let after = |node: NodeId| nodes[node].after.iter().map(|other| other.index()).collect();
            let edges: Vec<BTreeSet<usize>> = NodeId::all(nodes).map(after).collect();
            for (node_id, node) in NodeId::each(nodes) {
                let Some(stack) = node.work.stack() else { continue };
                if deployment.assembly.stacks[stack].assets.is_empty() {
                    continue;
                }
                let publishes = |other: &GraphNode| matches!(other.work, Work::Publish(stage) if Some(stage) == node.stage);
                let own =
                    |other: &&(NodeId, &GraphNode)| publishes(other.1) && other.1.pipeline == node.pipeline;
                let all: Vec<_> = NodeId::each(nodes).collect();
                for (publishing, _) in all.iter().filter(own) {
                    count += 1;
                    let waits = before(node_id.index(), &edges).contains(&publishing.index());
                    assert!(waits, "{version} {name}: {} does not wait for its assets", node.name);
                }
            }
        }
    }
    assert!(count > 400, "{count}");
}

/// A pipeline may be made elsewhere and handed over: its graph is called after what it was handed to.
#[test]
fn a_pipeline_that_was_handed_over_has_its_graph() {
    let deployment = deployment(NEWEST, "handed");
    assert_eq!(deployment.pipelines.len(), 2);
    let by_rank = |node: &&GraphNode| node.pipeline.is_some() && node.order == Order::ByRank;
    let by_rank: Vec<&str> = deployment.nodes.iter().filter(by_rank).map(|node| node.name.as_str()).collect();
    assert!(by_rank.is_empty(), "{by_rank:?}");
}

/// Whatever GitLab allows, and with the need on the job that leaves the assembly.
#[test]
fn barriers_keep_needs_under_the_limit_and_every_edge_a_way_of_needs() {
    let mut barriers = BTreeMap::new();
    for needs in [50, 6, 4] {
        for name in ["many", "many-pipeline", "pipeline"] {
            let shop = Shop { from: "synth", needs, ..Shop::new(NEWEST, name, HEADER) };
            barriers.insert((needs, name), edges_are_needs(name, &deployment(NEWEST, name), &shop));
        }
    }
    // One job deploys the 200 stacks of all stages.
    assert_eq!(barriers[&(4, "many")], 0, "{barriers:?}");
    for which in [(6, "many-pipeline"), (4, "many-pipeline")] {
        assert!(barriers[&which] > 2, "{which:?} of {barriers:?}");
    }
}

/// Returns `true` if a job deploys a stack itself, and not once more for a whole stage.
fn deploys(job: &Job, stack: &str) -> bool {
    let lines = job.body.get("script").and_then(Node::as_seq).unwrap_or_default();
    let stack = stack.replace('\'', "'\\''");
    let words = |line: &str| line.contains(&format!(" {stack} ")) || line.contains(&format!("'{stack}'"));
    lines.iter().filter_map(Node::text).any(|line| line.contains(" deploy --app ") && words(line))
}

/// Returns `true` if the CDK command line deploys the stack of a node after that of another one.
fn depends(deployment: &Deployment, node: NodeId, before: NodeId) -> bool {
    let [node, before] = [node, before].map(|node| &deployment.nodes[node]);
    let (stack, before_stack) = (node.work.deploys().unwrap(), before.work.deploys().unwrap());
    let mut queue = vec![stack];
    let mut found = BTreeSet::new();
    while let Some(stack) = queue.pop() {
        let dependencies = &deployment.assembly.stacks[stack].depends_on;
        queue.extend(dependencies.iter().filter(|stack| found.insert(**stack)));
    }
    // Ranks order more than is meant.
    found.contains(&before_stack) || (node.order == Order::ByRank && node.stage == before.stage)
}

/// Every edge of an assembly's graph is a way of needs in its pipeline, and no job has too many; how many barriers that
/// takes.
pub(crate) fn edges_are_needs(name: &str, deployment: &Deployment, shop: &Shop) -> usize {
    let planned = shop.plan("branch:main").without_errors();
    let pipeline = &planned.plan.pipeline;
    let needs = needs(pipeline);
    let job = |node: NodeId| {
        let of = &deployment.nodes[node];
        let label = of.pipeline.and_then(|pipeline| deployment.label(pipeline));
        let own_name = label.map_or_else(|| of.name.clone(), |label| format!("{label}.{}", of.name));
        let own_name = format!("shop:{own_name}");
        let named = pipeline.jobs.iter().position(|job| job.name.as_str() == own_name);
        let stack = of.work.deploys().map(|stack| deployment.assembly.stacks[stack].selector());
        let deploying = |stack: String| pipeline.jobs.iter().position(|job| deploys(job, stack.as_str()));
        let found = named.or_else(|| stack.and_then(deploying));
        found.unwrap_or_else(|| panic!("{name}: {own_name} is no job\n{}", planned.said()))
    };
    let jobs: Vec<usize> = NodeId::all(&deployment.nodes).map(job).collect();
    let pasts: Vec<BTreeSet<usize>> = jobs.iter().map(|job| before(*job, &needs)).collect();
    for action in &deployment.actions {
        let Fate::Nodes(nodes) = &action.fate else { continue };
        for earlier in &action.after {
            let Fate::Nodes(before) = &deployment.actions[*earlier].fate else { continue };
            for (node, other) in nodes.iter().flat_map(|node| before.iter().map(move |other| (*node, *other)))
            {
                let elsewhere = match deployment.nodes[other].work {
                    // A stack needs the assets of its own stage.
                    Work::Publish(stage) => deployment.nodes[node].stage.is_some_and(|own| own != stage),
                    _ => false,
                };
                // One job does both, in the order of the manifest.
                if jobs[node.index()] == jobs[other.index()] && node != other {
                    assert!(depends(deployment, node, other), "{name}: {}", deployment.nodes[node].name);
                    continue;
                }
                assert!(
                    node == other || elsewhere || pasts[node.index()].contains(&jobs[other.index()]),
                    "{name}: {} does not wait for {}",
                    deployment.nodes[node].name,
                    deployment.nodes[other].name
                );
            }
        }
    }
    for job in &pipeline.jobs {
        let count = need::needs(&job.body).unwrap_or_default().len();
        assert!(count <= shop.needs, "{name}: {} has {count} needs", job.name);
    }
    pipeline.jobs.iter().filter(|job| job.name.as_str().contains(": wait ")).count()
}
