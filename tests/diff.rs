//! `nestling diff` beside what a person expects of it, written down before it was run.

use crate::support::example::Example;
use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use serde_json::{Value, json};

const TEMPLATE: &str = "ci/templates/deploy.yml";

/// The shop with three changes to the template that its three services share: a line of a script, a key that is new,
/// and a job by another name.
fn shop() -> Example {
    let shop = Example::new("shop");
    let file = shop.path().join(TEMPLATE);
    let mut text = std::fs::read_to_string(&file).unwrap();
    for (old, new) in [
        ("cp -R libs \"$target\"\n", "cp -R libs \"$target/\"\n"),
        ("  artifacts:\n    reports:\n", "  tags: [large]\n  artifacts:\n    reports:\n"),
        ("\nsmoke:\n", "\nlook:\n"),
    ] {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text = text.replace(old, new);
    }
    std::fs::write(file, text).unwrap();
    shop
}

fn shown(shop: &Example, format: &str) -> String {
    output(nestling(&shop.path()).args(["diff", "--as", "merge_request", "--format", format]))
}

#[test]
fn a_change_to_a_template_is_told_as_a_person_would_tell_it() {
    let shop = shop();
    let text = shown(&shop, "text");
    let (title, text) = text.split_once("\n\n").unwrap();
    assert!(title.ends_with("All 5 units, as merge request of feature"), "{title}");
    assert_eq!(
        text,
        "\
3 jobs added
  + look:review  in 3 units: services/api, services/pricing, services/web

3 jobs removed
  - smoke:review  in 3 units: services/api, services/pricing, services/web

6 jobs changed in 3 units

`tags` is added in 6 jobs of 3 units
  + - large
    services/api: deploy:review, deploy:review:stop
    services/pricing: deploy:review, deploy:review:stop
    services/web: deploy:review, deploy:review:stop

`script` changes in 3 jobs of 3 units
  - - cp -R libs \"$target\"
  + - cp -R libs \"$target/\"
    services/api: deploy:review
    services/pricing: deploy:review
    services/web: deploy:review
"
    );
}

#[test]
fn a_change_to_a_template_as_a_note_on_the_merge_request() {
    let note = shown(&shop(), "markdown");
    let (title, note) = note.split_once("\n\n**").unwrap();
    assert!(title.ends_with(". All 5 units, as merge request of feature."), "{title}");
    assert_eq!(
        note,
        "\
3 added**, **3 removed**, **6 changed**

Added:

- `look:review` in 3 units: `services/api`, `services/pricing`, `services/web`

Removed:

- `smoke:review` in 3 units: `services/api`, `services/pricing`, `services/web`

`tags` is added in 6 jobs of 3 units

```diff
+ - large
```

<details><summary>6 jobs</summary>

- `services/api`: `deploy:review`, `deploy:review:stop`
- `services/pricing`: `deploy:review`, `deploy:review:stop`
- `services/web`: `deploy:review`, `deploy:review:stop`

</details>

`script` changes in 3 jobs of 3 units

```diff
- - cp -R libs \"$target\"
+ - cp -R libs \"$target/\"
```

<details><summary>3 jobs</summary>

- `services/api`: `deploy:review`
- `services/pricing`: `deploy:review`
- `services/web`: `deploy:review`

</details>
"
    );
}

#[test]
fn a_change_to_a_template_for_scripts() {
    let found: Value = serde_json::from_str(&shown(&shop(), "json")).unwrap();
    let units = ["services/api", "services/pricing", "services/web"];
    let job = |unit: &str, name: &str| json!({ "name": format!("{unit}:{name}"), "unit": unit, "stage": "verify", "copies": 1 });
    assert_eq!(found["version"], 1);
    assert_eq!(found["added"], json!(units.map(|unit| job(unit, "look:review"))));
    assert_eq!(found["removed"], json!(units.map(|unit| job(unit, "smoke:review"))));
    let script = json!({
        "key": "script",
        "removed": ["- cp -R libs \"$target\""],
        "added": ["- cp -R libs \"$target/\""],
    });
    let tags = json!({ "key": "tags", "removed": [], "added": ["- large"] });
    let changed: Vec<Value> = units
        .iter()
        .flat_map(|unit| {
            let job = |name: &str, keys: Value| json!({ "name": format!("{unit}:{name}"), "unit": unit, "copies": 1, "keys": keys });
            [job("deploy:review", json!([script, tags])), job("deploy:review:stop", json!([tags]))]
        })
        .collect();
    assert_eq!(found["changed"], json!(changed));
    let titles: Vec<&str> =
        found["folded"].as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["`tags` is added in 6 jobs of 3 units", "`script` changes in 3 jobs of 3 units"]);
}

#[test]
fn a_unit_that_is_new_or_gone_can_be_looked_at_alone() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { stages: [test] }\n");
    repository.write("old/nestling.yml", "test: { stage: test, script: ls }\n");
    repository.write("other/nestling.yml", "test: { stage: test, script: ls }\n");
    repository.commit("start");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.git(&["rm", "--quiet", "-r", "old"]);
    repository.write("new/nestling.yml", "test: { stage: test, script: ls }\n");
    repository.write("other/nestling.yml", "test: { stage: test, script: ls -l }\n");
    repository.commit("another");
    let diff = |unit: &str| run(nestling(repository.path()).args(["diff", "--only", unit]));
    for (unit, want) in [("new", "1 job added\n  + new:test\n"), ("old", "1 job removed\n  - old:test\n")] {
        let output = diff(unit);
        assert!(output.status.success(), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.split_once("\n\n").unwrap().1, want, "{unit}");
    }
    let output = diff("nowhere");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}
