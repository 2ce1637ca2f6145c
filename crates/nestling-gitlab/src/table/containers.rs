//! `image` and `services` (`entry/imageable.rb`, `entry/service.rb`, `entry/pull_policy.rb`).

use super::commands::COMMANDS;
use super::shape::{Constraint, Keyword, ListShape, MappingShape, Null, Shape, StringShape};
use super::strings::{FILLED, INTEGER, LIST_OF_STRINGS, ONE_STRING, word};
use super::variables::PLAIN_VARIABLES;

const POLICY: Shape = word(&["always", "never", "if-not-present"]);
const POLICIES: &[Shape] = &[POLICY, Shape::List(ListShape::of(&[POLICY]).least(1))];

const USER: Shape = Shape::String(StringShape::Length(1, 255));

const DOCKER: MappingShape = MappingShape {
    place: "docker",
    rule: "",
    keys: &[
        Keyword::new("platform", &[Shape::String(StringShape::Length(1, 64))]).null(Null::Refused),
        Keyword::new("user", &[USER]).null(Null::Refused).since(16, 8),
    ],
    constraints: &[],
};

const KUBERNETES: MappingShape = MappingShape {
    place: "kubernetes",
    rule: "",
    keys: &[Keyword::new("user", &[USER, INTEGER]).null(Null::Refused)],
    constraints: &[],
};

const NAME: Keyword = Keyword::new("name", &[FILLED]).required();
const ENTRYPOINT: Keyword = Keyword::new("entrypoint", LIST_OF_STRINGS).page("ci/yaml/#imageentrypoint");
const IN_DOCKER: Keyword =
    Keyword::new("docker", &[Shape::Mapping(&DOCKER)]).since(16, 7).page("ci/yaml/#imagedocker");
const IN_KUBERNETES: Keyword =
    Keyword::new("kubernetes", &[Shape::Mapping(&KUBERNETES)]).since(18, 0).page("ci/yaml/#imagekubernetes");
const PULL_POLICY: Keyword =
    Keyword::new("pull_policy", POLICIES).since(15, 1).page("ci/yaml/#imagepull_policy");

const IMAGE_KEYS: MappingShape = MappingShape {
    place: "image",
    rule: "",
    keys: &[NAME, ENTRYPOINT, IN_DOCKER, IN_KUBERNETES, PULL_POLICY],
    // `ports` are for the terminal of the web editor.
    constraints: &[Constraint::Never(&["ports", "alias", "command", "variables"])],
};

const SERVICE_KEYS: MappingShape = MappingShape {
    place: "services",
    rule: "",
    keys: &[
        NAME,
        Keyword::new("alias", ONE_STRING).page("ci/services/#available-settings-for-services"),
        ENTRYPOINT,
        Keyword::new("command", COMMANDS).page("ci/services/#available-settings-for-services"),
        Keyword::new("variables", PLAIN_VARIABLES)
            .rule("variable-value")
            .page("ci/services/#available-settings-for-services"),
        IN_DOCKER,
        IN_KUBERNETES,
        PULL_POLICY,
    ],
    constraints: &[Constraint::Never(&["ports"])],
};

/// `image`.
pub(super) const IMAGE: &[Shape] = &[FILLED, Shape::Mapping(&IMAGE_KEYS)];

/// `services`.
pub(super) const SERVICES: &[Shape] =
    &[Shape::List(ListShape::of(&[FILLED, Shape::Mapping(&SERVICE_KEYS)]).composed())];
