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
fn terragrunt_states_sources_dependencies_and_files_above() {
    let app = "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\n\
               locals {\n  env = read_terragrunt_config(find_in_parent_folders(\"env.hcl\"))\n}\n\
               terraform {\n  source = \"${get_repo_root()}/modules//app?ref=1\"\n}\n\
               dependency \"vpc\" {\n  config_path = \"../vpc\"\n}\n\
               dependencies {\n  paths = [\"../dns\", \"../keys\"]\n}\n";
    let files = [
        ("live/prod/app/terragrunt.hcl", app),
        ("live/prod/vpc/terragrunt.hcl", "include {\n  path = find_in_parent_folders()\n}\n"),
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
            "live/prod/vpc: /live/terragrunt.hcl (live/prod/vpc/terragrunt.hcl:2)",
        ]
    );
}
