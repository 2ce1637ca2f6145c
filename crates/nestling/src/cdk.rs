//! CDK: the catalogue, the unit and the repository as `nestling_cdk` needs them, and its jobs as a fragment.

mod catalogue;
mod rendered;
mod assembly_jobs;
mod fragment;

pub use assembly_jobs::{AssemblyJobs, assembly_jobs};
pub(crate) use catalogue::Purpose;
pub use fragment::Assemblies;
pub(crate) use fragment::{Fragment, InRepository, Request, fragment};
