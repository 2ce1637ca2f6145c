//! `artifacts` and `cache` (`entry/artifacts.rb`, `entry/reports.rb`, `entry/cache.rb`, `entry/key.rb`).

use super::shape::{
    Constraint, DurationShape, Keyword, ListShape, MappingShape, Null, Shape, StringShape, Words,
};
use super::strings::{
    EMPTY_LIST, FILLED, LIST_OF_STRINGS, ONE_BOOLEAN, ONE_STRING, SAVE_WHEN, STRING, STRING_OR_STRINGS, word,
};

const EXPIRE_IN: Shape =
    Shape::String(StringShape::Duration(DurationShape { never: true, ..DurationShape::ANY }));

const ARTIFACTS_KEYS: MappingShape = MappingShape {
    place: "artifacts",
    rule: "",
    keys: &[
        Keyword::new("paths", LIST_OF_STRINGS).page("ci/yaml/#artifactspaths"),
        Keyword::new("exclude", LIST_OF_STRINGS).page("ci/yaml/#artifactsexclude"),
        Keyword::new("untracked", ONE_BOOLEAN).default("false").page("ci/yaml/#artifactsuntracked"),
        Keyword::new("reports", &[Shape::Mapping(&REPORTS)]).page("ci/yaml/#artifactsreports"),
        Keyword::new("name", ONE_STRING).default("artifacts").page("ci/yaml/#artifactsname"),
        Keyword::new("expose_as", &[Shape::String(StringShape::Judged)]).page("ci/yaml/#artifactsexpose_as"),
        Keyword::new("when", &[SAVE_WHEN]).default("on_success").page("ci/yaml/#artifactswhen"),
        Keyword::new("expire_in", &[EXPIRE_IN]).rule("duration").page("ci/yaml/#artifactsexpire_in"),
        Keyword::new("access", &[word(&["none", "developer", "maintainer", "all"])])
            .since(16, 11)
            .default("all")
            .page("ci/yaml/#artifactsaccess"),
        Keyword::new("public", ONE_BOOLEAN).default("true").page("ci/yaml/#artifactspublic"),
    ],
    constraints: &[Constraint::AtMostOne(&["access", "public"]), Constraint::Requires("expose_as", "paths")],
};

const COVERAGE_FORMATS: Words = Words { all: &["cobertura"], newer: &[("jacoco", (17, 3))], open: false };

const COVERAGE_REPORT: MappingShape = MappingShape {
    place: "coverage_report",
    rule: "",
    keys: &[
        Keyword::new("coverage_format", &[Shape::String(StringShape::Words(COVERAGE_FORMATS))]).required(),
        Keyword::new("path", &[FILLED]).required(),
    ],
    constraints: &[],
};

/// A report of a type with nothing particular about it.
const fn report(name: &'static str) -> Keyword {
    Keyword::new(name, STRING_OR_STRINGS)
}

const REPORTS: MappingShape = MappingShape {
    place: "artifacts:reports",
    rule: "",
    keys: &[
        report("accessibility"),
        report("annotations").since(16, 3),
        report("api_fuzzing"),
        report("browser_performance"),
        report("cluster_image_scanning"),
        report("codequality"),
        report("container_scanning"),
        report("coverage_fuzzing"),
        Keyword::new("coverage_report", &[Shape::Mapping(&COVERAGE_REPORT)]),
        report("cyclonedx").since(15, 3),
        report("dast"),
        report("dependency_scanning"),
        report("dotenv"),
        report("junit"),
        report("license_scanning"),
        report("load_performance"),
        report("lsif"),
        report("metrics"),
        report("performance"),
        report("repository_xray"),
        report("requirements"),
        report("requirements_v2"),
        report("sarif"),
        report("sast"),
        report("scip").since(19, 0),
        report("secret_detection"),
        report("terraform"),
    ],
    constraints: &[],
};

/// `artifacts`.
pub(super) const ARTIFACTS: &[Shape] = &[Shape::Mapping(&ARTIFACTS_KEYS)];

const NAME: Shape = Shape::String(StringShape::CacheKey);

const KEY_FILES: Shape = Shape::List(ListShape::of(&[STRING]).least(1).most(10));
const KEY_FILES_BEFORE: Shape = Shape::List(ListShape::of(&[STRING]).least(1).most(2));

const KEY: MappingShape = MappingShape {
    place: "cache:key",
    rule: "",
    keys: &[
        Keyword::new("files", &[KEY_FILES_BEFORE]).page("ci/yaml/#cachekeyfiles"),
        Keyword::new("files", &[KEY_FILES]).since(19, 3).page("ci/yaml/#cachekeyfiles"),
        Keyword::new("files_commits", &[KEY_FILES_BEFORE]).page("ci/yaml/#cachekeyfiles_commits"),
        Keyword::new("prefix", &[NAME]).page("ci/yaml/#cachekeyprefix"),
    ],
    constraints: &[Constraint::ExactlyOne(&["files", "files_commits"])],
};

const POLICY: Shape =
    Shape::String(StringShape::WordsOrVariable(Words::all(&["pull-push", "pull", "push", ""])));

const CACHE_KEYS: MappingShape = MappingShape {
    place: "cache",
    rule: "",
    keys: &[
        Keyword::new("key", &[NAME, Shape::Mapping(&KEY)]).default("default").page("ci/yaml/#cachekey"),
        Keyword::new("paths", LIST_OF_STRINGS).page("ci/yaml/#cachepaths"),
        Keyword::new("untracked", ONE_BOOLEAN).default("false").page("ci/yaml/#cacheuntracked"),
        Keyword::new("unprotect", ONE_BOOLEAN).since(15, 8).default("false").page("ci/yaml/#cacheunprotect"),
        Keyword::new("when", &[SAVE_WHEN]).default("on_success").page("ci/yaml/#cachewhen"),
        Keyword::new("policy", &[POLICY, Shape::False, Shape::Empty, EMPTY_LIST])
            .default("pull-push")
            .page("ci/yaml/#cachepolicy"),
        Keyword::new("fallback_keys", &[Shape::List(ListShape::of(&[STRING]).most(5))])
            .null(Null::Unset)
            .since(16, 0)
            .page("ci/yaml/#cachefallback_keys"),
    ],
    constraints: &[],
};

/// `cache`: one, or a list. The instance limits how many.
pub(super) const CACHE: &[Shape] =
    &[Shape::Mapping(&CACHE_KEYS), Shape::List(ListShape::of(&[Shape::Mapping(&CACHE_KEYS)]).composed())];
