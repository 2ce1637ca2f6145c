use super::{loaded, mistakes, stated};

#[test]
fn a_graph_of_another_tool_is_read_in_each_of_its_forms() {
    let own = "{\n  \"a\": [\n    \"b\",\n    \"libs/x\"\n  ],\n  \"libs/x\": [\"c\"], // follows\n}\n";
    let nx = "{ \"graph\": { \"nodes\": { \"app\": { \"data\": { \"root\": \"a\" } }, \"ui\": { \"data\": { \"root\": \"b\" } } },\n\
              \"dependencies\": { \"app\": [{ \"source\": \"app\", \"target\": \"ui\" }, { \"source\": \"app\", \"target\": \"npm:react\" }], \"ui\": [] } } }";
    let turbo = "{ \"tasks\": [\n{ \"taskId\": \"@s/a#build\", \"directory\": \"a\", \"dependencies\": [\"@s/b#build\", \"@s/a#gen\"] },\n\
                 { \"taskId\": \"@s/a#gen\", \"directory\": \"a\", \"dependencies\": [] },\n\
                 { \"taskId\": \"@s/b#build\", \"directory\": \"b\", \"dependencies\": [] } ] }";
    let table: [(&str, &[&str]); 3] = [
        (
            own,
            &[
                "a -> b (graph.json:3)",
                "a -> c (graph.json:6)",
                "a: /libs/x (graph.json:4)",
                "a: /libs/x/**/* (graph.json:4)",
            ],
        ),
        (nx, &["a -> b (graph.json:1)"]),
        (turbo, &["a -> b (graph.json:2)"]),
    ];
    for (graph, expected) in table {
        assert_eq!(stated("{ file: graph.json }", &["a", "b", "c"], &[("graph.json", graph)]), expected);
    }
}

#[test]
fn a_graph_that_is_missing_or_of_another_form_is_an_error() {
    let table = [
        ("{ file: none.json }", "", "nestling.yml:1:29", "`none.json` is not in the repository"),
        ("{ file: ../x.json }", "", "nestling.yml:1:29", "the path `../x.json` is outside of the repository"),
        ("{ files: graph.json }", "", "nestling.yml:1:29", "an entry of `depends_from` must be"),
        ("[cargo]", "", "nestling.yml:1:29", "an entry of `depends_from` must be"),
        (
            "{ file: graph.json }",
            "{\n\"a\": [\"../b\"] }",
            "graph.json:2",
            "`../b` is not a path in the repository",
        ),
        ("{ file: graph.json }", "[]", "graph.json:1", "`graph.json` contains no valid graph"),
        ("{ file: graph.json }", "{\n\"a\": [1] }", "graph.json:1", "`graph.json` contains no valid graph"),
        ("{ file: graph.json }", "{\n\"a\" [] }", "graph.json:2", "`graph.json` contains no valid graph"),
    ];
    for (entry, graph, place, message) in table {
        let (found, sources) = loaded(entry, &["a"], &[("graph.json", graph)]);
        let problems = mistakes(&found);
        assert_eq!(problems.len(), 1, "{entry} {graph}: {problems:?}");
        assert_eq!(sources.place(problems[0].labels[0].origin), place, "{entry} {graph}");
        assert!(problems[0].message.starts_with(message), "{}", problems[0].message);
    }
}
