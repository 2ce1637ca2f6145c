//! Every version of the library gives the same jobs: what differs from version to version is not looked at.

use super::assemblies::{NEWEST, Shop, all, read};
use nestling::Sources;
use nestling_cdk::deployment::{Deployment, NodeId};
use std::collections::BTreeSet;

/// Versions that write no graph beside a pipeline, so that ranks decide what waits for what.
const WITHOUT_GRAPH: &str = "2.60.0";

/// A version whose manifests say no construct paths of stacks.
const WITHOUT_PATHS: &str = "1.62.0";

const HEADER: &str = "stages: { Staging: staging, QA: { environment: qa, optional: true }, Prod: { environment: production, optional: true }, \
     Production: { environment: production, optional: true } }, url: ServiceUrl";

/// A pipeline without the comments that say where jobs come from: the same thing is on another line.
fn jobs(version: &str, name: &str) -> String {
    let text = Shop::new(version, name, HEADER).plan("branch:main").without_errors().text();
    text.lines().filter(|line| !line.starts_with('#')).fold(String::new(), |all, line| all + line + "\n")
}

#[test]
fn the_same_app_gives_the_same_jobs_from_version_to_version() {
    let mut compared = BTreeSet::new();
    for (version, name) in
        all().into_iter().filter(|(version, _)| version != NEWEST && version != WITHOUT_PATHS)
    {
        let with_graph = version != WITHOUT_GRAPH || name == "stages";
        if with_graph {
            assert_eq!(jobs(&version, &name), jobs(NEWEST, &name), "{version} {name}");
            compared.insert(version);
        }
    }
    assert_eq!(compared.len(), 5, "{compared:?}");
}

/// The same app, synthesized with aws-cdk 1.62, gives the same jobs; only the command line selects by ids, since that is
/// what it knows stacks by there.
#[test]
fn an_app_of_the_first_generation_gives_the_same_jobs_selected_by_ids() {
    let assembly: Vec<_> = super::assemblies::bundle(WITHOUT_PATHS, "stages");
    assert!(assembly.iter().any(|(path, text)| path == "manifest.json" && text.contains("\"5.0.0\"")));
    let deployment = read(&assembly, &Sources::default()).unwrap().assembly;
    let mut old = jobs(WITHOUT_PATHS, "stages");
    for stack in &deployment.stacks {
        let id = format!(" {} ", stack.hierarchical_id);
        assert!(old.contains(&id), "{id}\n{old}");
        old = old.replace(&id, &format!(" {} ", stack.path));
    }
    assert_eq!(old, jobs(NEWEST, "stages"));
}

/// Without the graph the jobs are the same, and each waits at least for what it waits for with it.
#[test]
fn without_a_graph_jobs_wait_for_more_and_never_for_less() {
    let sources = Sources::default();
    let graph = |version: &str| read(&super::assemblies::bundle(version, "pipeline"), &sources).unwrap();
    let (old, new) = (graph(WITHOUT_GRAPH), graph(NEWEST));
    // This version puts a step under the first stage that uses what it makes.
    let name = |name: &str| name.replace("PreProd.Staging.UnitTests", "PreProd.UnitTests");
    let names = |deployment: &Deployment| {
        deployment.nodes.iter().map(|node| name(&node.name)).collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&old), names(&new));
    let (old_past, new_past) = (old.past(), new.past());
    let old_node = |wanted: &str| {
        let mut nodes = NodeId::each(&old.nodes);
        nodes.find(|(_, node)| name(&node.name) == wanted).unwrap().0
    };
    for node in NodeId::all(&new.nodes) {
        for before in NodeId::all(&new.nodes).filter(|before| new_past.holds(node, *before)) {
            let (later, earlier) = (&new.nodes[node].name, &new.nodes[before].name);
            assert!(
                old_past.holds(old_node(later), old_node(earlier)),
                "{later} does not wait for {earlier}"
            );
        }
    }
}
