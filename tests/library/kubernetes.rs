//! The jobs of `nestling/helm` and `nestling/kubernetes`, run with Helm and kubectl and an API server that keeps what they make.

use super::job::{Pipeline, SHELLS, calls};
use super::server::Server;
use crate::support::tool::{Tool, need};
use crate::support::{run as run_command, said};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const IMAGE: &str = "registry.example/shop/web@sha256:8d95dfc15904d4badcc1b8af01921ee3";

const WORKSPACE: &str = "\
workspace:
  stages: [test, deploy]
  units:
    - match: charts/*
      use:
        template: nestling/helm
        inputs: { environments: [staging, production], agent: shop/agents:test, namespace: staging, needs: [], set: [image=$IMAGE, 'note=\"a\"`b`$(c)'], wait: 3s }
    - match: plain/*
      use:
        template: nestling/kubernetes
        inputs: { environments: [staging], namespace: plain, needs: [], images: [web=$IMAGE], wait: 3s }
  environments:
    staging: { when: default_branch }
    production: { when: default_branch, after: staging, inputs: { namespace: production, values: [production.yaml], path: overlays } }
";

const CHART: &str = "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n  - { name: common, version: 0.1.0, repository: \"file://../common\" }\n";

const TEMPLATE: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }}, annotations: { note: {{ .Values.note | quote }} } }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec: { containers: [{ name: web, image: {{ .Values.image | quote }} }] }
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web }] }
";

const OTHER_CONFIG_MAP: &str =
    "{ \"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": { \"name\": \"e\" } }";

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old }\ndata: { a: b }\n";

/// A cluster, and how jobs reach it.
struct Cluster {
    server: Server,
    folder: tempfile::TempDir,
    programs: Vec<PathBuf>,
}

impl Cluster {
    fn start(test: &str) -> Option<Self> {
        let (helm, kubectl) = (need(Tool::Helm, test)?, need(Tool::Kubectl, test)?);
        let server = Server::start("kubernetes-server", test)?;
        let folder = tempfile::tempdir().unwrap();
        let programs = [helm, kubectl]
            .into_iter()
            .map(|tool| Path::new(tool.get_program()).parent().unwrap().to_owned());
        let config = format!(
            "apiVersion: v1\nkind: Config\nclusters: [{{ name: test, cluster: {{ server: \"{}\" }} }}]\nusers: [{{ name: agent, user: {{ token: job-token }} }}]\ncontexts: [{{ name: shop/agents:test, context: {{ cluster: test, user: agent }} }}]\ncurrent-context: shop/agents:test\n",
            server.address()
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        Some(Self { server, programs: programs.collect(), folder })
    }

    fn run(&self, pipeline: &Pipeline, job: &str, shell: &[&str], more: &[(&str, &str)]) -> Output {
        let config = self.folder.path().join("config");
        let mut variables = vec![
            ("KUBECONFIG", config.to_str().unwrap()),
            ("CI_ENVIRONMENT_SLUG", "staging-x1"),
            ("CI_COMMIT_SHA", "8d95dfc1"),
            ("IMAGE", IMAGE),
        ];
        variables.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        variables.extend(more);
        pipeline.run(job, shell, &variables, &self.programs)
    }

    fn passes(&self, pipeline: &Pipeline, job: &str, shell: &[&str]) {
        let output = self.run(pipeline, job, shell, &[]);
        assert!(output.status.success(), "{job}\n{}", said(&output));
    }

    /// Returns what kubectl prints.
    fn get(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(self.programs[1].join("kubectl"));
        command.args(["--kubeconfig", self.folder.path().join("config").to_str().unwrap(), "get"]);
        let output = run_command(command.args(arguments).env("HOME", self.folder.path()));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The images of all deployments, with their namespaces.
    fn images(&self) -> String {
        let format = "jsonpath={range .items[*]}{.metadata.namespace}={.spec.replicas}*{.spec.template.spec.containers[0].image} {end}";
        self.get(&["deployments", "--all-namespaces", "--output", format])
    }
}

/// A chart that depends on another, and manifests, in directories with a blank.
fn pipeline() -> Pipeline {
    let files = [
        ("nestling.yml", WORKSPACE),
        ("charts/a b/chart/Chart.yaml", CHART),
        ("charts/a b/chart/values.yaml", "replicas: 1\n"),
        ("charts/a b/chart/templates/web.yaml", TEMPLATE),
        ("charts/a b/common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 0.1.0\ntype: library\n"),
        ("charts/a b/production.yaml", "replicas: 3\n"),
        ("plain/c d/k8s/web.yaml", DEPLOYMENT),
        ("plain/c d/k8s/old.yml", CONFIG_MAP),
        ("plain/e/k8s/e.json", OTHER_CONFIG_MAP),
    ];
    Pipeline::generate(&files, Some("branch:main"))
}

#[test]
fn a_chart_is_rendered_deployed_to_each_environment_rolled_back_and_uninstalled() {
    let test = "a_chart_is_rendered_deployed_to_each_environment_rolled_back_and_uninstalled";
    let Some(cluster) = Cluster::start(test) else { return };
    let pipeline = pipeline();
    let unit = "charts/a b";
    cluster.passes(&pipeline, &format!("{unit}:chart lint"), SHELLS[1]);
    assert!(calls(cluster.server.folder()).is_empty(), "the lint asks no cluster");
    for (shell, environment) in SHELLS.iter().zip(["staging", "production"]) {
        cluster.passes(&pipeline, &format!("{unit}:deploy:{environment}"), shell);
    }
    assert_eq!(cluster.images(), format!("staging=1*{IMAGE} production=3*{IMAGE} "));
    let note = cluster.get(&[
        "deployments",
        "--all-namespaces",
        "--output",
        "jsonpath={.items[0].metadata.annotations.note}",
    ]);
    assert_eq!(note, "\"a\"`b`$(c)", "nothing of a value is run");
    let broken = [("IMAGE", "registry.example/shop/broken@sha256:1")];
    let failed = cluster.run(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[0], &broken);
    assert!(!failed.status.success() && said(&failed).contains("rolled back"), "{}", said(&failed));
    assert!(cluster.images().contains(&format!("staging=1*{IMAGE}")), "{}", cluster.images());
    for _ in 0..2 {
        cluster.passes(&pipeline, &format!("{unit}:deploy:staging:stop"), SHELLS[1]);
    }
    assert_eq!(cluster.images(), format!("production=3*{IMAGE} "));
    let none = cluster.run(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[1], &[("KUBECONFIG", "")]);
    assert!(said(&none).contains("no agent is shared with this project"), "{}", said(&none));
    pipeline.repository.write("charts/a b/chart/templates/web.yaml", "kind: {{ .Values.nothing.at.all }}\n");
    let linted = cluster.run(&pipeline, &format!("{unit}:chart lint"), SHELLS[0], &[]);
    assert!(!linted.status.success(), "{}", said(&linted));
}

#[test]
fn manifests_are_deployed_what_is_gone_is_deleted_and_a_stop_deletes_all() {
    let test = "manifests_are_deployed_what_is_gone_is_deleted_and_a_stop_deletes_all";
    let Some(cluster) = Cluster::start(test) else { return };
    let pipeline = pipeline();
    let unit = "plain/c d";
    cluster.passes(&pipeline, &format!("{unit}:manifests"), SHELLS[1]);
    let rendered =
        std::fs::read_to_string(pipeline.repository.path().join("manifests-staging.yaml")).unwrap();
    assert!(rendered.contains("namespace: plain") && rendered.contains("name: old"), "{rendered}");
    cluster.passes(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[0]);
    assert_eq!(cluster.images(), format!("plain=1*{IMAGE} "));
    let names = || cluster.get(&["configmaps", "--all-namespaces", "--output", "name"]);
    assert_eq!(names(), "configmap/old\n");
    std::fs::remove_file(pipeline.repository.path().join("plain/c d/k8s/old.yml")).unwrap();
    // A kustomization of one's own replaces the list of files.
    pipeline.repository.write(
        "plain/c d/k8s/kustomization.yaml",
        "resources: [web.yaml]\nreplicas: [{ name: web, count: 2 }]\n",
    );
    cluster.passes(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[1]);
    assert_eq!((names().as_str(), cluster.images()), ("", format!("plain=2*{IMAGE} ")));
    let broken = [("IMAGE", "registry.example/shop/broken:1")];
    let failed = cluster.run(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[0], &broken);
    assert!(!failed.status.success(), "{}", said(&failed));
    let none = cluster.run(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[0], &[("IMAGE", "")]);
    assert!(!none.status.success() && said(&none).contains("web: no image"), "{}", said(&none));
    for _ in 0..2 {
        let stopped =
            cluster.run(&pipeline, &format!("{unit}:deploy:staging:stop"), SHELLS[1], &[("IMAGE", "")]);
        assert!(stopped.status.success(), "{}", said(&stopped));
    }
    assert_eq!(cluster.images(), "");
    // The colon of a port is not that of a tag, and a tag is not needed.
    for image in ["registry.example:5000/shop/web", "registry.example:5000/shop/web:1", "web"] {
        let deployed =
            cluster.run(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[1], &[("IMAGE", image)]);
        assert!(deployed.status.success(), "{}", said(&deployed));
        assert_eq!(cluster.images(), format!("plain=2*{image} "));
    }
    // Another unit of the same environment and namespace leaves what this one has deployed.
    cluster.passes(&pipeline, "plain/e:deploy:staging", SHELLS[0]);
    cluster.passes(&pipeline, &format!("{unit}:deploy:staging"), SHELLS[0]);
    assert_eq!((names().as_str(), cluster.images()), ("configmap/e\n", format!("plain=2*{IMAGE} ")));
}

/// A kubectl that does not see a namespace when it first asks for it, as one that another job is about to create.
const BLIND: &str = "#!/bin/sh
case \"$*\" in
  *'get namespace'*) [ -e \"$HOME/asked\" ] || { : > \"$HOME/asked\"; exit 1; } ;;
esac
PATH=\"${PATH#*:}\" exec kubectl \"$@\"
";

#[test]
fn a_namespace_that_another_job_creates_at_the_same_time_is_used() {
    let test = "a_namespace_that_another_job_creates_at_the_same_time_is_used";
    let Some(mut cluster) = Cluster::start(test) else { return };
    let pipeline = pipeline();
    cluster.passes(&pipeline, "plain/e:deploy:staging", SHELLS[0]);
    let programs = tempfile::tempdir().unwrap();
    let kubectl = programs.path().join("kubectl");
    std::fs::write(&kubectl, BLIND).unwrap();
    run_command(Command::new("chmod").arg("+x").arg(&kubectl));
    cluster.programs.insert(0, programs.path().to_owned());
    for shell in SHELLS {
        let _ = std::fs::remove_file(pipeline.repository.path().join("asked"));
        let deployed = cluster.run(&pipeline, "plain/c d:deploy:staging", shell, &[]);
        assert!(deployed.status.success(), "{}", said(&deployed));
        assert!(said(&deployed).contains("already exists"), "{}", said(&deployed));
    }
}
