//! CDK: the catalogue, the unit and the repository as `nestling_cdk` needs them, and its jobs as a fragment.

mod catalogue;
mod rendered;
mod alone;
mod fragment;

pub use alone::{Alone, alone};
pub use catalogue::Purpose;
pub use fragment::{Assemblies, InRepository, nowhere};
pub(crate) use fragment::{Fragment, Request, directory_of, fragment, is_committed};
pub use nestling_cdk::{assembly, deployment, report, rules, settings, show};
