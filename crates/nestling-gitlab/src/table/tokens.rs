//! `id_tokens`, `secrets` and `identity` (`entry/id_token.rb`; the others are of the paid tiers, and follow the documentation).

use super::shape::{Constraint, Keyword, MappingShape, NamesShape, Null, Shape};
use super::strings::{INTEGER, ONE_BOOLEAN, ONE_STRING, STRING, STRING_OR_STRINGS, word};

const TOKEN: MappingShape = MappingShape {
    place: "id_tokens",
    rule: "",
    keys: &[Keyword::new("aud", STRING_OR_STRINGS).required()],
    constraints: &[],
};

const TOKENS: NamesShape = NamesShape {
    noun: "ID token",
    shapes: &[Shape::Mapping(&TOKEN)],
    null: Null::Refused,
    least: 0,
    most: usize::MAX,
};

/// `id_tokens`.
pub(super) const ID_TOKENS: &[Shape] = &[Shape::Names(&TOKENS)];

const ENGINE: MappingShape = MappingShape {
    place: "secrets:vault:engine",
    rule: "",
    keys: &[Keyword::new("name", ONE_STRING).required(), Keyword::new("path", ONE_STRING).required()],
    constraints: &[],
};

const VAULT: MappingShape = MappingShape {
    place: "secrets:vault",
    rule: "",
    keys: &[
        Keyword::new("engine", &[Shape::Mapping(&ENGINE)]).required(),
        Keyword::new("path", ONE_STRING).required(),
        Keyword::new("field", ONE_STRING).required(),
    ],
    constraints: &[],
};

const GOOGLE: MappingShape = MappingShape {
    place: "secrets:gcp_secret_manager",
    rule: "",
    keys: &[
        Keyword::new("name", ONE_STRING).required(),
        Keyword::new("version", &[STRING, INTEGER]).default("latest"),
    ],
    constraints: &[],
};

const AZURE: MappingShape = MappingShape {
    place: "secrets:azure_key_vault",
    rule: "",
    keys: &[Keyword::new("name", ONE_STRING).required(), Keyword::new("version", ONE_STRING)],
    constraints: &[],
};

const AMAZON: MappingShape = MappingShape {
    place: "secrets:aws_secrets_manager",
    rule: "",
    keys: &[
        Keyword::new("secret_id", ONE_STRING).required(),
        Keyword::new("version_id", ONE_STRING),
        Keyword::new("version_stage", ONE_STRING),
        Keyword::new("region", ONE_STRING),
        Keyword::new("role_arn", ONE_STRING),
        Keyword::new("role_session_name", ONE_STRING),
        Keyword::new("field", ONE_STRING),
    ],
    constraints: &[],
};

const OWN: MappingShape = MappingShape {
    place: "secrets:gitlab_secrets_manager",
    rule: "",
    keys: &[Keyword::new("name", ONE_STRING).required(), Keyword::new("source", ONE_STRING)],
    constraints: &[],
};

const PROVIDERS: &[&str] = &[
    "vault",
    "gcp_secret_manager",
    "azure_key_vault",
    "aws_secrets_manager",
    "gitlab_secrets_manager",
    "akeyless",
];

const SECRET: MappingShape = MappingShape {
    place: "secrets",
    rule: "",
    keys: &[
        Keyword::new("vault", &[STRING, Shape::Mapping(&VAULT)]).page("ci/yaml/#secretsvault"),
        Keyword::new("gcp_secret_manager", &[Shape::Mapping(&GOOGLE)])
            .since(16, 8)
            .page("ci/yaml/#secretsgcp_secret_manager"),
        Keyword::new("azure_key_vault", &[Shape::Mapping(&AZURE)])
            .since(16, 3)
            .page("ci/yaml/#secretsazure_key_vault"),
        Keyword::new("aws_secrets_manager", &[STRING, Shape::Mapping(&AMAZON)])
            .since(18, 3)
            .page("ci/yaml/#secretsaws_secrets_manager"),
        Keyword::new("gitlab_secrets_manager", &[Shape::Mapping(&OWN)]),
        Keyword::new("akeyless", &[Shape::Anything]),
        Keyword::new("file", ONE_BOOLEAN).default("true").page("ci/yaml/#secretsfile"),
        Keyword::new("token", ONE_STRING).since(15, 8).page("ci/yaml/#secretstoken"),
    ],
    constraints: &[Constraint::ExactlyOne(PROVIDERS), Constraint::Requires("gcp_secret_manager", "token")],
};

const SECRET_NAMES: NamesShape = NamesShape {
    noun: "secret",
    shapes: &[Shape::Mapping(&SECRET)],
    null: Null::Refused,
    least: 0,
    most: usize::MAX,
};

/// `secrets`.
pub(super) const SECRETS: &[Shape] = &[Shape::Names(&SECRET_NAMES)];

/// `identity`.
pub(super) const IDENTITY: &[Shape] = &[word(&["google_cloud"])];

const SCAN: MappingShape = MappingShape {
    place: "dast_configuration",
    rule: "",
    keys: &[Keyword::new("site_profile", ONE_STRING), Keyword::new("scanner_profile", ONE_STRING)],
    constraints: &[],
};

/// `dast_configuration`.
pub(super) const DAST_CONFIGURATION: &[Shape] = &[Shape::Mapping(&SCAN)];
