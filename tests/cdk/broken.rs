//! Broken assemblies: an error that names the file, or a correct result; never a panic.

use super::assemblies::{NEWEST, Shop, bundle, read};
use nestling::{Diagnostic, Sources};
use nestling_gitlab::diagnostic::has_errors;

/// Something that goes wrong with an assembly.
type Change = Box<dyn Fn(&mut Vec<(String, String)>)>;

/// Messages about an assembly that someone has changed.
fn said(change: impl Fn(&mut Vec<(String, String)>)) -> String {
    let mut files = bundle(NEWEST, "stages");
    change(&mut files);
    let sources = Sources::default();
    let problems = read(&files, &sources).unwrap_err();
    let line = |problem: &Diagnostic| {
        let place = problem.origin().map(|origin| sources.place(origin)).unwrap_or_default();
        format!("{place}: {}", problem.message)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(crate) fn replace(files: &mut [(String, String)], path: &str, from: &str, to: &str) {
    let (_, text) = files.iter_mut().find(|(name, _)| name == path).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    *text = text.replacen(from, to, 1);
}

const STAGING: &str = "assembly-Staging/manifest.json";

#[test]
fn messages_name_the_file_and_the_path_inside_it() {
    let cases: [(&str, Change); 9] = [
        (
            "cdk.out/assembly-Staging/manifest.json:3:16: `cdk.out/assembly-Staging/manifest.json` is invalid: expected value",
            Box::new(|files| replace(files, STAGING, ": {", ": ?")),
        ),
        (
            "`$.artifacts.StagingDataF0FE1242.properties.templateFile`: file \
             `cdk.out/assembly-Staging/StagingDataF0FE1242.template.json`",
            Box::new(|files| files.retain(|(path, _)| !path.ends_with("StagingDataF0FE1242.template.json"))),
        ),
        (
            "`$.artifacts.StagingDataF0FE1242.properties.templateFile`: expected a string, found a number",
            Box::new(|files| replace(files, STAGING, "\"StagingDataF0FE1242.template.json\"", "12")),
        ),
        (
            "`$.artifacts.StagingDataF0FE1242.properties.templateFile`: the path `assembly-Staging/../../secret` is \
             outside of the assembly",
            Box::new(|files| replace(files, STAGING, "StagingDataF0FE1242.template.json", "../../secret")),
        ),
        (
            "`$.artifacts.assembly-Staging.properties.directoryName`: the assembly contains itself",
            Box::new(|files| {
                replace(
                    files,
                    "manifest.json",
                    "\"directoryName\": \"assembly-Staging\"",
                    "\"directoryName\": \".\"",
                );
            }),
        ),
        (
            "circular dependency between stacks: `Staging/Data`, `Staging/Service`, `Staging/Monitoring`",
            Box::new(|files| {
                replace(files, STAGING, "\"StagingDataF0FE1242.assets\"\n", "\"StagingServiceCF9A6A96\"\n");
            }),
        ),
        (
            "cdk.out/manifest.json:2: `$.version`: `five` is not a version",
            Box::new(|files| replace(files, "manifest.json", "55.0.0", "five")),
        ),
        (
            "`$.artifacts.StagingDataF0FE1242.environment`: must be `aws://ACCOUNT/REGION`, found `aws:111`",
            Box::new(|files| replace(files, STAGING, "aws://111111111111/eu-west-1", "aws:111")),
        ),
        (
            "missing assembly: `cdk.out/manifest.json` does not exist",
            Box::new(|files| files.retain(|(path, _)| path != "manifest.json")),
        ),
    ];
    for (wanted, change) in cases {
        let found = said(change);
        assert!(found.contains(wanted), "wanted: {wanted}\nfound:  {found}");
    }
}

/// The command line selects by the id alone, so no job could take one of them.
#[test]
fn two_stacks_of_one_id_are_an_error() {
    let (from, to) = ("\"displayName\": \"Staging/Service\"", "\"displayName\": \"Staging/Data\"");
    let said = said(|files| replace(files, STAGING, from, to));
    let wanted =
        "manifest.json:10: 2 stacks have the id `Staging/Data`, and `cdk deploy` would deploy all of them";
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn a_newer_schema_is_a_warning_and_what_is_new_is_passed_over() {
    let mut files = bundle(NEWEST, "stages");
    replace(&mut files, "manifest.json", "55.0.0", "99.1.0");
    replace(
        &mut files,
        "manifest.json",
        "\"artifacts\": {",
        "\"news\": [1], \"artifacts\": { \"New\": { \"type\": \"aws:new\" },",
    );
    let deployment = read(&files, &Sources::default()).unwrap();
    assert_eq!(deployment.nodes.len(), 7);
    assert!(
        deployment.assembly.warnings[0].message.contains("schema 99"),
        "{:?}",
        deployment.assembly.warnings
    );
}

/// Two thousand files with a byte changed, a piece cut out or doubled, or the end cut off.
#[test]
fn mutated_files_give_an_error_or_a_result_and_never_a_panic() {
    let mut numbers = Numbers(0x5eed);
    let mut errors = 0;
    let mut named = 0;
    let names = ["stages", "stages", "stages", "stages", "stages", "e2e", "e2e", "pipeline"];
    let bundles = names.map(|name| bundle(NEWEST, name));
    for round in 0..2000 {
        let name = names[round % names.len()];
        let mut files = bundles[round % names.len()].clone();
        let at = numbers.below(files.len());
        files[at].1 = mutated(&files[at].1, &mut numbers);
        let sources = Sources::default();
        match read(&files, &sources) {
            // Writing the jobs of all would take a minute.
            Ok(_) if name != "stages" && round % 5 > 0 => {}
            Ok(_) => {
                let shop = Shop {
                    assembly: files,
                    ..Shop::new(NEWEST, name, "environment: always, url: ServiceUrl")
                };
                let planned = shop.plan("branch:main");
                assert!(has_errors(&planned.plan.diagnostics) || !planned.text().is_empty());
            }
            Err(problems) => {
                errors += 1;
                let is_named =
                    |problem: &Diagnostic| problem.origin().is_some() || problem.message.contains("cdk.out/");
                named += usize::from(problems.iter().all(is_named));
            }
        }
    }
    assert!(errors > 400, "only {errors} errors: the mutations are too mild");
    assert_eq!(errors, named, "some errors name no file");
}

fn mutated(text: &str, numbers: &mut Numbers) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (one, two) = (numbers.below(bytes.len()), numbers.below(bytes.len()));
    let what = numbers.below(1000);
    let (from, to) = (one.min(two), one.max(two).min(one.min(two) + 200));
    match what % 5 {
        _ if bytes.is_empty() => bytes.push(b'{'),
        0 => bytes[from] = b"{}[]\":,0x\\"[what % 10],
        1 => bytes.truncate(from),
        2 => _ = bytes.drain(from..to),
        3 => {
            let piece = bytes[from..to].to_vec();
            bytes.splice(from..from, piece);
        }
        // A value of another type, where one stands.
        _ => {
            let quote = bytes[from..].iter().position(|byte| *byte == b'"').map_or(from, |at| from + at);
            bytes.splice(quote..quote, *b"[null, ");
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Numbers without rhyme and the same on every run (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}
