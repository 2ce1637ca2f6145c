//! `needs` (`entry/needs.rb`, `entry/need.rb`).

use super::copies::PARALLEL_MATRIX;
use super::shape::{CaseShape, Constraint, Keyword, ListShape, MappingShape, Shape};
use super::strings::{FILLED, ONE_BOOLEAN};

const JOB: Keyword = Keyword::new("job", &[FILLED]).required();
const ARTIFACTS: Keyword =
    Keyword::new("artifacts", ONE_BOOLEAN).default("true").page("ci/yaml/#needsartifacts");
const OPTIONAL: Keyword =
    Keyword::new("optional", ONE_BOOLEAN).default("false").page("ci/yaml/#needsoptional");
const PIPELINE: Keyword = Keyword::new("pipeline", &[FILLED]).required().page("ci/yaml/#needspipelinejob");

/// A job of the same pipeline.
const SAME_PIPELINE: MappingShape = MappingShape {
    place: "needs",
    rule: "",
    keys: &[
        JOB,
        ARTIFACTS,
        OPTIONAL,
        Keyword::new("parallel", PARALLEL_MATRIX).since(16, 3).page("ci/yaml/#needsparallelmatrix"),
    ],
    constraints: &[Constraint::Never(&["pipeline", "project", "ref"])],
};

/// A job of another pipeline of the same project.
const OTHER_PIPELINE: MappingShape = MappingShape {
    place: "needs:pipeline",
    rule: "",
    keys: &[PIPELINE, JOB, ARTIFACTS],
    constraints: &[Constraint::Never(&["optional", "parallel", "ref"])],
};

/// A job of another project.
const OTHER_PROJECT: MappingShape = MappingShape {
    place: "needs:project",
    rule: "",
    keys: &[
        Keyword::new("project", &[FILLED]).required(),
        JOB,
        Keyword::new("ref", &[FILLED]).required(),
        ARTIFACTS,
        OPTIONAL,
    ],
    constraints: &[Constraint::Never(&["pipeline", "parallel"])],
};

/// A pipeline of another project, whose status a job without a script shows.
const MIRRORED: MappingShape =
    MappingShape { place: "needs:pipeline", rule: "", keys: &[PIPELINE], constraints: &[] };

const SAME_PIPELINE_CASE: CaseShape = CaseShape { with: "", without: &[], mapping: &SAME_PIPELINE };

const OF_SCRIPT: Shape = Shape::Cases(&[
    CaseShape { with: "project", without: &[], mapping: &OTHER_PROJECT },
    CaseShape { with: "pipeline", without: &[], mapping: &OTHER_PIPELINE },
    SAME_PIPELINE_CASE,
]);

const OF_TRIGGER: Shape = Shape::Cases(&[
    CaseShape { with: "pipeline", without: &["job", "project"], mapping: &MIRRORED },
    SAME_PIPELINE_CASE,
]);

const OF_RULE: Shape = Shape::Mapping(&SAME_PIPELINE);

/// `needs` of a job with a script.
pub(super) const NEEDS: &[Shape] = &[Shape::List(ListShape::of(&[FILLED, OF_SCRIPT]).composed()), OF_SCRIPT];

/// `needs` of a trigger job.
pub(super) const TRIGGER_NEEDS: &[Shape] =
    &[Shape::List(ListShape::of(&[FILLED, OF_TRIGGER]).composed()), OF_TRIGGER];

/// `needs` of a rule.
pub(super) const RULE_NEEDS: &[Shape] = &[Shape::List(ListShape::of(&[FILLED, OF_RULE]).composed()), OF_RULE];
