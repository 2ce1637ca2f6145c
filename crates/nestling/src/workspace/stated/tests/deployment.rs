use super::stated;

#[test]
fn terraform_states_modules_by_path_and_files_that_are_read() {
    let main = "module \"vpc\" {\n  source = \"../../modules/vpc\" # local\n  name   = \"../not/a/path\"\n}\n\
                module \"dns\" {\n  version = \"1\"\n  source  = \"terraform-aws-modules/dns/aws\"\n}\n\
                data \"archive_file\" \"lambda\" {\n  source_dir = \"${path.module}/../../services/api/src\"\n}\n\
                locals {\n  policy = file(\"${path.module}/../../policies/base.json\")\n  \
                all = [for f in fileset(\"${path.module}/../../sites\", \"*.yml\") : f]\n  \
                own = templatefile(\"${path.module}/x.tpl\", { a = 1 })\n}\n\
                /* module \"no\" { source = \"../../modules/no\" } */\n";
    let vpc = "module \"base\" {\n  source = \"../base\"\n}\n";
    let files = [
        ("stacks/net/main.tf", main),
        ("modules/vpc/main.tofu", vpc),
        ("modules/base/main.tf", ""),
        ("modules/no/main.tf", ""),
    ];
    assert_eq!(
        stated("terraform", &["stacks/net", "modules/base", "modules/no", "services/api", "sites"], &files),
        [
            "stacks/net -> modules/base (modules/vpc/main.tofu:2)",
            "stacks/net -> services/api (stacks/net/main.tf:10)",
            "stacks/net -> sites (stacks/net/main.tf:14)",
            "stacks/net: /modules/vpc (stacks/net/main.tf:2)",
            "stacks/net: /modules/vpc/**/* (stacks/net/main.tf:2)",
            "stacks/net: /policies/base.json (stacks/net/main.tf:13)",
        ],
        "a module that is no unit leads on to the one that it needs"
    );
}

#[test]
fn terraform_in_json_states_what_it_does_in_hcl() {
    let main = "{\n  \"module\": {\n    \"vpc\": [{ \"source\": \"../modules/vpc\" }],\n    \"dns\": { \"source\": \"a/dns/aws\" }\n  },\n  \
                \"locals\": {\n    \"policy\": \"${file(\\\"${path.module}/../policies/base.json\\\")}\",\n    \
                \"code\": \"${path.module}/../api/src\"\n  }\n}\n";
    let files = [("net/main.tf.json", main), ("modules/vpc/main.tofu.json", "{}"), ("broken/x.tf.json", "{")];
    assert_eq!(
        stated("terraform", &["net", "modules/vpc", "api"], &files),
        [
            "net -> api (net/main.tf.json:8)",
            "net -> modules/vpc (net/main.tf.json:3)",
            "net: /policies/base.json (net/main.tf.json:1)",
        ]
    );
}

#[test]
fn terragrunt_states_sources_dependencies_and_files_above() {
    let app = "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\n\
               locals {\n  env = read_terragrunt_config(find_in_parent_folders(\"env.hcl\"))\n}\n\
               terraform {\n  source = \"${get_repo_root()}/modules//app?ref=1\"\n}\n\
               dependency \"vpc\" {\n  config_path = \"../vpc\"\n}\n\
               dependencies {\n  paths = [\"../dns\", \"../keys\"]\n}\n";
    let files = [
        ("live/prod/app/terragrunt.hcl", app),
        ("live/prod/vpc/terragrunt.hcl", "include {\n  path = find_in_parent_folders()\n}\n"),
        (
            "live/prod/dns/terragrunt.hcl",
            "include \"common\" {\n  path = \"${dirname(find_in_parent_folders(\"root.hcl\"))}/_common/dns.hcl\"\n}\n",
        ),
        ("live/_common/dns.hcl", "dependency \"keys\" {\n  config_path = \"../keys\"\n}\n"),
        ("live/prod/env.hcl", "locals {}\n"),
        ("live/root.hcl", ""),
        ("live/terragrunt.hcl", ""),
        ("modules/app/main.tf", ""),
    ];
    let units = ["live/prod/app", "live/prod/vpc", "live/prod/dns", "live/prod/keys", "modules/app"];
    assert_eq!(
        stated("terraform", &units, &files),
        [
            "live/prod/app -> live/prod/dns (live/prod/app/terragrunt.hcl:14)",
            "live/prod/app -> live/prod/keys (live/prod/app/terragrunt.hcl:14)",
            "live/prod/app -> live/prod/vpc (live/prod/app/terragrunt.hcl:11)",
            "live/prod/app -> modules/app (live/prod/app/terragrunt.hcl:8)",
            "live/prod/app: /live/prod/env.hcl (live/prod/app/terragrunt.hcl:5)",
            "live/prod/app: /live/root.hcl (live/prod/app/terragrunt.hcl:2)",
            "live/prod/dns -> live/prod/keys (live/_common/dns.hcl:2)",
            "live/prod/dns: /live/_common/dns.hcl (live/prod/dns/terragrunt.hcl:2)",
            "live/prod/vpc: /live/terragrunt.hcl (live/prod/vpc/terragrunt.hcl:2)",
        ]
    );
}

#[test]
fn kustomize_states_bases_components_and_files() {
    let prod = "resources:\n  - ../../base\n  - ../../../../shared/ns.yaml\n  - https://example.com/x?ref=1\n\
                components: [../../components/tls]\npatches:\n  - path: ../common/patch.yaml\n    target: { kind: Deployment }\n\
                configMapGenerator:\n  - name: site\n    files:\n      - app.conf=../../../../config/app.conf\n";
    let files = [
        ("apps/shop/overlays/prod/kustomization.yaml", prod),
        ("apps/shop/base/kustomization.yml", "resources: [deployment.yaml]\n"),
    ];
    let units = ["apps/shop/overlays/prod", "apps/shop/base", "apps/shop/components/tls", "config"];
    let lines = stated("kustomize", &units, &files);
    let edges: Vec<&String> =
        lines.iter().filter(|line| line.contains("->") || line.ends_with("yaml:3)")).collect();
    assert_eq!(
        edges,
        [
            "apps/shop/overlays/prod -> apps/shop/base (apps/shop/overlays/prod/kustomization.yaml:2)",
            "apps/shop/overlays/prod -> apps/shop/components/tls (apps/shop/overlays/prod/kustomization.yaml:5)",
            "apps/shop/overlays/prod -> config (apps/shop/overlays/prod/kustomization.yaml:12)",
            "apps/shop/overlays/prod: /shared/ns.yaml (apps/shop/overlays/prod/kustomization.yaml:3)",
            "apps/shop/overlays/prod: /shared/ns.yaml/**/* (apps/shop/overlays/prod/kustomization.yaml:3)",
        ]
    );
}

#[test]
fn docker_states_copies_and_contexts() {
    let compose = "services:\n  api:\n    build:\n      context: ..\n      dockerfile: services/api/Dockerfile\n    \
                   env_file: ../config/api.env\n  web:\n    build: ../services/web\n  db:\n    image: postgres\n    \
                   volumes: [\"../db/init:/docker-entrypoint-initdb.d:ro\"]\n";
    let api = "FROM node:22\nCOPY package.json ./\nCOPY libs/core/ libs/core/\nCOPY proto proto\n";
    let web = "FROM node:22\nCOPY src src\nCOPY libs/ui /libs/ui\nCOPY --from=build /libs/core /x\n";
    let files = [
        ("deploy/compose.yaml", compose),
        ("services/api/Dockerfile", api),
        ("services/web/Dockerfile", web),
        ("services/web/src/main.ts", ""),
        ("services/jobs/Dockerfile.prod", "FROM node:22\nCOPY src src\nCOPY libs/ui /libs/ui\n"),
    ];
    let units =
        ["deploy", "services/api", "services/web", "services/jobs", "libs/core", "libs/ui", "db", "config"];
    assert_eq!(
        stated("docker", &units, &files),
        [
            "deploy -> config (deploy/compose.yaml:6)",
            "deploy -> db (deploy/compose.yaml:11)",
            "deploy -> services/web (deploy/compose.yaml:8)",
            "deploy: /* (deploy/compose.yaml:4)",
            "services/api -> libs/core (services/api/Dockerfile:3)",
            "services/api: /package.json (services/api/Dockerfile:2)",
            "services/api: /package.json/**/* (services/api/Dockerfile:2)",
            "services/api: /proto (services/api/Dockerfile:4)",
            "services/api: /proto/**/* (services/api/Dockerfile:4)",
            "services/jobs -> libs/ui (services/jobs/Dockerfile.prod:3)",
        ],
        "the context that a compose file says is the root; without one, the root counts where a unit has the path"
    );
}
