//! Omitted jobs on the page.

use super::*;

/// Returns the data of the page's first unit.
fn page(plan: &Plan) -> Value {
    let html = crate::view::html(plan).unwrap();
    let data = html.split_once("application/json").and_then(|(_, rest)| rest.split_once('>')).unwrap().1;
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    data["kinds"][0]["units"][0].clone()
}

#[test]
fn the_page_links_to_the_job_that_passed_and_to_nothing_else() {
    for (address, expected) in [
        (
            "https://gitlab.example.com/g/p/-/jobs/1000",
            json!({ "test": "https://gitlab.example.com/g/p/-/jobs/1000" }),
        ),
        ("javascript:alert(1)", Value::Null),
    ] {
        let project = Simulated::new(&[]).change(&[]);
        let (record, mut answers) = project.merge_request();
        answers["jobs"][0]["web_url"] = json!(address);
        let plan = project.main(verified(&record, &answers), NOW);
        assert!(!names(&plan).contains(&"api:test"));
        let unit = page(&plan);
        assert_eq!(unit["links"], expected, "{address}");
        let fingerprint = plan.fingerprints.as_ref().unwrap().units.values().next().unwrap();
        assert_eq!(unit["fingerprint"], json!(fingerprint.short()));
    }
}
