//! The jobs of `nestling/dotnet`, with a `dotnet` that refuses what the real one does not have.

use super::job::{Pipeline, SHELLS, fakes};
use crate::support::said;

const WORKSPACE: &str = "\
workspace:
  stages: [build, test]
  units: [{ match: \"*\", use: { template: nestling/dotnet, inputs: { publish: [src/App/App.csproj] } } }]
";

#[test]
fn dotnet_gets_options_that_it_has_and_coverage_is_that_of_all_projects() {
    let tests = "<TargetFramework>net8.0</TargetFramework> Microsoft.NET.Test.Sdk JunitXml.TestLogger coverlet.collector";
    let files = [
        ("nestling.yml", WORKSPACE),
        ("-a b/Shop.sln", ""),
        ("-a b/src/App/App.csproj", "<TargetFramework>net8.0</TargetFramework>"),
        ("-a b/src/App/packages.lock.json", "{}"),
        ("-a b/tests/App.Tests/App.Tests.csproj", tests),
        ("-a b/tests/App.Tests/packages.lock.json", "{}"),
    ];
    let pipeline = Pipeline::generate(&files, None);
    for shell in SHELLS {
        let (programs, state) = fakes();
        let mut logs = Vec::new();
        for job in ["lint", "test", "build"] {
            let variables = [("FAKES", state.path().to_str().unwrap())];
            let job = format!("-a b:{job}");
            let output = pipeline.run(&job, shell, &variables, std::slice::from_ref(&programs));
            assert!(output.status.success(), "{job}\n{}", said(&output));
            logs.push(said(&output));
        }
        assert!(logs[1].contains("Total line coverage: 75.0%"), "{}", logs[1]);
        let calls = std::fs::read_to_string(state.path().join("calls")).unwrap();
        let commands: Vec<&str> = calls.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(
            commands,
            ["restore", "format", "restore", "test", "restore", "build", "restore", "publish"]
        );
        assert!(calls.contains("restore Shop.sln --locked-mode"), "{calls}");
    }
}
