//! Documents made from the table: each is accepted, and refused at the place where it is broken.

use super::{Label, Named, Walk};
use crate::check::rules::RULES;
use crate::diagnostic::{FileId, Origin, Rule};
use crate::instance::Gitlab;
use crate::table::{
    Constraint, HEADER, JOB, MappingShape, NEWEST, Null, Shape, StringShape, TRIGGER_JOB, WORKFLOW,
};
use crate::yaml::{Entry, Key, Kind, Map, Node};
use proptest::prelude::*;
use proptest::test_runner::TestRng;

/// Makes values, each at a place of its own.
struct Maker {
    rng: TestRng,
    places: u32,
    depth: usize,
}

impl Maker {
    fn origin(&mut self) -> Origin {
        self.places += 1;
        Origin { line: self.places, column: 1, ..Origin::file(FileId::from_index(0)) }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.rng.next_u32() as usize % limit.max(1)
    }

    fn string(&mut self, text: &str) -> Node {
        Node::string(self.origin(), text)
    }

    fn value(&mut self, shapes: &[Shape]) -> Node {
        let chosen = self.below(shapes.len());
        self.shape(&shapes[chosen])
    }

    fn shape(&mut self, shape: &Shape) -> Node {
        match shape {
            Shape::Anything | Shape::Scalar => self.string("any"),
            Shape::Boolean => Node::plain(self.origin(), "true"),
            Shape::False => Node::plain(self.origin(), "false"),
            Shape::Empty => Node::map(self.origin(), Map::default()),
            Shape::Integer(least, most) => {
                let number = (*least).max(0) + self.below((*most).min(3) as usize) as i64;
                Node::plain(self.origin(), number.to_string())
            }
            Shape::Number => Node::plain(self.origin(), "1.5"),
            Shape::String(shape) => self.text(shape),
            Shape::List(shape) => {
                let most = shape.most.min(3);
                let count =
                    if shape.items.is_empty() { 0 } else { shape.least.max(1 + self.below(most)).min(most) };
                let origin = self.origin();
                Node::seq(origin, (0..count).map(|_| self.value(shape.items)).collect())
            }
            Shape::Mapping(shape) => self.mapping(shape, ""),
            Shape::Cases(cases) => {
                let chosen = self.below(cases.len());
                self.mapping(cases[chosen].mapping, cases[chosen].with)
            }
            Shape::Names(shape) => {
                let origin = self.origin();
                let key = Key::new(self.origin(), "A_NAME");
                let value = self.value(shape.shapes);
                Node::map(origin, Map { entries: vec![Entry { key, value }] })
            }
        }
    }

    fn text(&mut self, shape: &StringShape) -> Node {
        let text = match shape {
            StringShape::Words(words) | StringShape::WordsOrVariable(words) => {
                let words: Vec<_> = words.iter().collect();
                words[self.below(words.len())].to_owned()
            }
            StringShape::Duration(_) => "2 hours".to_owned(),
            StringShape::Pattern => "/a+/".to_owned(),
            StringShape::Condition => "$A == \"b\"".to_owned(),
            StringShape::Time => "2026-03-15T08:00:00Z".to_owned(),
            StringShape::Digits(..) => "1".to_owned(),
            StringShape::Checksum => "sha256-abc=".to_owned(),
            StringShape::Length(_, most) => "x".repeat((*most).min(3)),
            _ => "text".to_owned(),
        };
        self.string(&text)
    }

    /// Makes a mapping with the keys that it must have, and some others. `with` is a key that it has in any case.
    fn mapping(&mut self, shape: &MappingShape, with: &str) -> Node {
        self.depth += 1;
        let origin = self.origin();
        let mut map = Map::default();
        for keyword in shape.keys {
            let is_required = matches!(keyword.null, Null::Required | Null::RequiredKey)
                || keyword.name == with
                || needed(shape, keyword.name);
            let is_left_out = excluded(shape, keyword.name, &map) || map.contains(keyword.name);
            if (is_required || self.below(3 * self.depth) == 0) && !is_left_out {
                let key = Key::new(self.origin(), keyword.name);
                let value = self.value(keyword.shapes);
                map.entries.push(Entry { key, value });
            }
        }
        self.depth -= 1;
        Node::map(origin, map)
    }
}

/// Returns `true` for a key that constraints may ask for.
fn needed(shape: &MappingShape, key: &str) -> bool {
    let first = shape.keys.first().map(|keyword| keyword.name);
    shape.constraints.iter().any(|constraint| match constraint {
        Constraint::Filled => first == Some(key),
        Constraint::ExactlyOne(keys) => keys.first() == Some(&key),
        Constraint::Requires(_, other) => *other == key,
        Constraint::AtMostOne(_) | Constraint::Among(..) | Constraint::Never(_) | Constraint::Unless(..) => {
            false
        }
    })
}

/// A list of any length costs no more than its reader can read.
#[test]
fn mistakes_without_end_are_cut_off_and_the_last_one_says_so() {
    let origin = Origin::file(FileId::from_index(0));
    let items: Vec<Node> = (0..20_000).map(|_| Node::plain(origin, "1")).collect();
    let script = Entry { key: Key::new(origin, "script"), value: Node::seq(origin, items) };
    let problems = findings(&JOB, &Node::map(origin, Map { entries: vec![script] }));
    assert_eq!(problems.len(), 10_001);
    assert_eq!(problems[10_000].1, "there are more than 10000 mistakes; the others are not listed");
}

fn excluded(shape: &MappingShape, key: &str, map: &Map) -> bool {
    shape.constraints.iter().any(|constraint| match constraint {
        Constraint::AtMostOne(keys) => keys.contains(&key) && keys.iter().any(|other| map.contains(other)),
        Constraint::ExactlyOne(keys) => keys.iter().skip(1).any(|other| *other == key),
        // The mapping, which comes later, may contain the same key.
        Constraint::Unless(other, mapping) => *mapping == key && map.contains(other),
        _ => false,
    })
}

fn rule(_: &str) -> Option<&'static Rule> {
    RULES.first().copied()
}

fn findings(shape: &'static MappingShape, node: &Node) -> Vec<(Origin, String)> {
    let gitlab = Gitlab { version: Some(NEWEST), ..Gitlab::default() };
    let mut walk = Walk::new(&gitlab, rule, &[]);
    walk.keys(
        shape,
        node.as_map().unwrap(),
        node.origin,
        Named { label: Label::Keyword("it"), rule: shape.rule },
    );
    walk.problems.iter().map(|problem| (problem.origin().unwrap(), problem.message.clone())).collect()
}

/// Breaks the value number `position` below a node, in the order of reading, and returns its place.
fn break_value(node: &mut Node, position: &mut usize) -> Option<Origin> {
    if let Kind::Map(map) = &mut node.kind {
        for entry in &mut map.entries {
            if *position == 0 {
                // A key that no mapping of the table has.
                entry.key.scalar.text = "no_such_keyword".into();
                return Some(entry.key.origin);
            }
            *position -= 1;
            if let Some(origin_of_change) = break_value(&mut entry.value, position) {
                return Some(origin_of_change);
            }
        }
    }
    None
}

const SHAPES: [&MappingShape; 4] = [&JOB, &TRIGGER_JOB, &WORKFLOW, &HEADER];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_the_table_makes_is_accepted_and_what_breaks_it_is_found_at_its_place(
        seed in any::<[u8; 32]>(),
        chosen in 0_usize..4,
        position in 0_usize..12,
    ) {
        let rng = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed);
        let mut maker = Maker { rng, places: 0, depth: 0 };
        let shape = SHAPES[chosen];
        let mut node = maker.mapping(shape, "");
        prop_assert_eq!(findings(shape, &node), vec![]);
        let names = crate::testing::shown(&node);
        let mut position = position;
        if let Some(origin_of_change) = break_value(&mut node, &mut position) {
            // Names are free in places, where the key is none of the table's.
            let problems = findings(shape, &node);
            let is_free = crate::testing::shown(&node).contains("no_such_keyword: any") || names.contains("A_NAME");
            prop_assert!(is_free || problems.iter().any(|(origin, _)| *origin == origin_of_change), "{} {:?}", names, problems);
        }
    }
}

/// A value of each other type in place of a job's keyword is found there, unless the table takes that type.
#[test]
fn a_value_of_another_type_is_found_at_its_place() {
    let values =
        ["5", "1.5", "true", "[[a]]", "{no_such_keyword: 1}", "text", "[5]", "[{no_such_keyword: 1}]"];
    let mut refused = 0;
    for keyword in JOB.keys {
        for value in values {
            let node = crate::testing::node(&format!("{{{}: {value}}}", keyword.name));
            let keyword_origin = node.get(keyword.name).unwrap().origin;
            let problems = findings(&JOB, &node);
            refused += usize::from(!problems.is_empty());
            assert!(problems.iter().all(|(origin, _)| origin.line == keyword_origin.line), "{problems:?}");
        }
    }
    assert!(refused > 200, "{refused}");
}

#[test]
fn every_rule_of_the_table_is_there() {
    let known: Vec<&str> =
        crate::catalog::groups().flat_map(|group| group.rules).map(|rule| rule.id).collect();
    for shape in SHAPES {
        assert!(known.contains(&shape.rule), "{}", shape.rule);
        for keyword in shape.keys.iter().filter(|keyword| !keyword.rule.is_empty()) {
            assert!(known.contains(&keyword.rule), "{}: {}", keyword.name, keyword.rule);
        }
    }
}
