//! CDK: the catalogue, the unit and the repository as `nestling_cdk` needs them, and its jobs as a fragment.

mod catalogue;
mod rendered;
mod assembly_jobs;
mod assemblies;
mod directory;
mod base;
mod fragment;

pub use assemblies::Assemblies;
pub(crate) use assemblies::InRepository;
pub use assembly_jobs::{AssemblyJobs, assembly_jobs};
pub(crate) use catalogue::Purpose;
pub(crate) use fragment::{Fragment, Request, fragment};
