//! Lead scores learned from outcomes: the chance that a lead converts, and why.
//!
//! Reading order: [`TrainingSpec`] says which columns are features, which one is the outcome and
//! how rows are split; [`train`] turns a Polars frame and a spec into a [`Model`]; a [`Model`]
//! gives one [`Score`] per row, explained feature by feature, and carries its [`Evaluation`] on
//! rows it has never seen, whose [`Verdict`] may be that it is no better than the base rate.
//! [`metrics`] holds the measures, each with its formula.
//!
//! Invariants: everything that is fitted is fitted on the training rows only, except alpha and the
//! calibration (validation rows), and nothing at all on the test rows. The contributions of a score
//! plus its base equal its margin. Training again on the same frame gives the same model bit for
//! bit, and so does a round trip through JSON. A model is never trained on fewer than
//! [`MIN_CONVERSIONS`] conversions.

mod calibrate;
mod columns;
mod encoding;
mod error;
mod evaluate;
mod exact;
mod explain;
mod logistic;
pub mod metrics;
mod model;
mod spec;
mod split;
mod train;

#[cfg(test)]
mod acceptance;

pub use error::Error;
pub use evaluate::{Evaluation, Verdict};
pub use explain::{Contribution, Score};
pub use model::Model;
pub use spec::{Feature, FeatureKind, Split, TrainingSpec};
pub use train::{MIN_CONVERSIONS, train};
