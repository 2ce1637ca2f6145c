//! `nestling export`: the way out. A static pipeline that GitLab runs without Nestling, with the proof that nothing is lost.

mod loss;
mod conditions;
mod matching;
mod gates;
mod jobs;
mod parts;
mod pipelines;
mod parent_file;
mod run;

pub(crate) use run::export;
