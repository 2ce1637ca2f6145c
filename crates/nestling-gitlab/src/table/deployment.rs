//! `environment`, `release` and `pages` (`entry/environment.rb`, `entry/kubernetes.rb`, `entry/release.rb`, `entry/pages.rb`).

use super::shape::{
    Constraint, DurationShape, Keyword, ListShape, MappingShape, NamesShape, Null, Shape, StringShape, Words,
};
use super::strings::{BOOLEAN, EMPTY_LIST, FILLED, ONE_BOOLEAN, ONE_STRING, STRING, STRINGS, word};

const ENVIRONMENT_NAME: Shape = Shape::String(StringShape::Judged);

/// GitLab looks at the text when the job starts; an empty one never ends.
const AUTO_STOP_IN: DurationShape = DurationShape { longest: None, never: true, variable: true, empty: true };

const TIERS: Words = Words::all(&["production", "staging", "testing", "development", "other"]);

const ENVIRONMENT_KEYS: MappingShape = MappingShape {
    place: "environment",
    rule: "",
    keys: &[
        Keyword::new("name", &[ENVIRONMENT_NAME])
            .required()
            .rule("environment-name")
            .page("ci/yaml/#environmentname"),
        Keyword::new("url", &[Shape::String(StringShape::Length(0, 255))]).page("ci/yaml/#environmenturl"),
        Keyword::new("action", &[word(&["start", "stop", "prepare", "verify", "access"])])
            .default("start")
            .page("ci/yaml/#environmentaction"),
        Keyword::new("on_stop", ONE_STRING).page("ci/yaml/#environmenton_stop"),
        Keyword::new("auto_stop_in", &[Shape::String(StringShape::Duration(AUTO_STOP_IN))])
            .page("ci/yaml/#environmentauto_stop_in"),
        Keyword::new("deployment_tier", &[Shape::String(StringShape::WordsOrVariable(TIERS))])
            .page("ci/yaml/#environmentdeployment_tier"),
        Keyword::new("kubernetes", &[Shape::Mapping(&KUBERNETES)]).page("ci/yaml/#environmentkubernetes"),
    ],
    constraints: &[],
};

/// `environment`.
pub(super) const ENVIRONMENT: &[Shape] = &[ENVIRONMENT_NAME, Shape::Mapping(&ENVIRONMENT_KEYS)];

const KUBERNETES: MappingShape = MappingShape {
    place: "environment:kubernetes",
    rule: "",
    keys: &[
        Keyword::new("agent", ONE_STRING).since(17, 6),
        Keyword::new("namespace", ONE_STRING),
        Keyword::new("flux_resource_path", ONE_STRING).since(17, 7),
        Keyword::new("dashboard", &[Shape::Mapping(&DASHBOARD), Shape::Empty, EMPTY_STRING, EMPTY_LIST]),
        Keyword::new("managed_resources", &[Shape::Mapping(&MANAGED)]),
    ],
    constraints: &[
        Constraint::Filled,
        Constraint::Requires("dashboard", "agent"),
        Constraint::Requires("flux_resource_path", "agent"),
        Constraint::Requires("flux_resource_path", "namespace"),
        Constraint::Unless("namespace", "dashboard"),
        Constraint::Unless("flux_resource_path", "dashboard"),
    ],
};

const EMPTY_STRING: Shape = Shape::String(StringShape::Length(0, 0));

const DASHBOARD: MappingShape = MappingShape {
    place: "kubernetes:dashboard",
    rule: "",
    keys: &[
        Keyword::new("namespace", &[Shape::String(StringShape::Length(1, 63))]).required(),
        Keyword::new("flux_resource_path", &[Shape::String(StringShape::Length(1, 255))]).null(Null::Refused),
    ],
    constraints: &[],
};

const MANAGED: MappingShape = MappingShape {
    place: "kubernetes:managed_resources",
    rule: "",
    keys: &[Keyword::new("enabled", ONE_BOOLEAN).null(Null::Refused)],
    constraints: &[],
};

/// A link of a release. GitLab's linter looks at none of its keys; the job that makes the release does.
const LINK: NamesShape =
    NamesShape { noun: "key", shapes: &[Shape::Anything], null: Null::Unset, least: 0, most: usize::MAX };

const ASSETS: MappingShape = MappingShape {
    place: "release:assets",
    rule: "",
    keys: &[Keyword::new("links", &[Shape::List(ListShape::of(&[Shape::Names(&LINK)]).least(1))]).required()],
    constraints: &[],
};

const RELEASE_KEYS: MappingShape = MappingShape {
    place: "release",
    rule: "",
    keys: &[
        Keyword::new("tag_name", &[FILLED]).required().page("ci/yaml/#releasetag_name"),
        Keyword::new("tag_message", &[STRING, Shape::Empty, EMPTY_LIST])
            .since(15, 3)
            .page("ci/yaml/#releasetag_message"),
        Keyword::new("name", &[Shape::Anything]).page("ci/yaml/#releasename"),
        Keyword::new("description", &[FILLED]).required().page("ci/yaml/#releasedescription"),
        Keyword::new("ref", &[Shape::String(StringShape::Ref), Shape::False]).page("ci/yaml/#releaseref"),
        Keyword::new("milestones", &[STRING, STRINGS, Shape::Empty]).page("ci/yaml/#releasemilestones"),
        Keyword::new("released_at", &[Shape::String(StringShape::Time), Shape::False])
            .page("ci/yaml/#releasereleased_at"),
        Keyword::new("assets", &[Shape::Mapping(&ASSETS)]).page("ci/yaml/#releaseassetslinks"),
    ],
    constraints: &[],
};

/// `release`.
pub(super) const RELEASE: &[Shape] = &[Shape::Mapping(&RELEASE_KEYS)];

const EXPIRE_IN: DurationShape = DurationShape { never: true, variable: true, ..DurationShape::ANY };

const PAGES_KEYS: MappingShape = MappingShape {
    place: "pages",
    rule: "",
    keys: &[
        Keyword::new("publish", &[STRING]).since(17, 9).default("public").page("ci/yaml/#pagespublish"),
        Keyword::new("path_prefix", ONE_STRING).page("ci/yaml/#pagespath_prefix"),
        Keyword::new("expire_in", &[Shape::String(StringShape::Duration(EXPIRE_IN))])
            .since(17, 4)
            .page("ci/yaml/#pagesexpire_in"),
    ],
    constraints: &[],
};

/// `pages`.
pub(super) const PAGES: &[Shape] = &[BOOLEAN, Shape::Mapping(&PAGES_KEYS)];
