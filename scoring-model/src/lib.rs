//! Lead scores learned from outcomes: the chance that a lead converts, and why.
//!
//! Reading order: [`TrainingSpec`] says which columns are features, which one is the outcome and
//! how rows are split; [`train`] turns a Polars frame and a spec into a [`Model`]; a [`Model`]
//! gives one [`Score`] per row, explained feature by feature, and carries its [`Evaluation`] on
//! rows it has never seen, whose [`Verdict`] may be that it is no better than the base rate.
//! [`metrics`] holds the measures, each with its formula. [`Scoring`] does all this for the leads of a
//! workspace: `feature` declares what is known about a lead, `dataset` reads it as of each scoring
//! moment, `fit` decides, `registry` keeps the versions, `write_back` stores the scores, and until
//! there is enough to learn from, `rules` scores.
//!
//! Invariants: everything that is fitted is fitted on the training rows only, except alpha and the
//! calibration (validation rows), and nothing at all on the test rows. The contributions of a score
//! plus its base equal its margin. Training again on the same frame gives the same model bit for
//! bit, and so does a round trip through JSON. A model is never trained on fewer than
//! [`MIN_CONVERSIONS`] conversions. A feature never knows what became true after its moment, and scores
//! are only written where they changed.

pub mod api;
mod calibrate;
mod columns;
mod dataset;
mod definition;
mod encoding;
mod error;
mod evaluate;
mod exact;
mod explain;
mod feature;
mod fit;
mod lead_score;
mod leak;
mod logistic;
pub mod metrics;
mod model;
mod progress;
pub mod public_leads;
mod registry;
mod rehearsal;
mod rules;
mod service;
mod spec;
mod split;
mod train;
mod words;
mod write_back;

#[cfg(test)]
mod acceptance;
#[cfg(test)]
mod history;

pub use error::Error;
pub use evaluate::{Evaluation, Verdict};
pub use explain::{Contribution, Score};
pub use lead_score::{Reason, Tier, TierLimits};
pub use leak::{Importance, importance};
pub use model::Model;
pub use progress::ProgressView;
pub use registry::ModelView;
pub use rehearsal::Rehearsal;
pub use service::{Applied, Drift, LeadScoreView, PastScore, Scoring, ScoringStatus, Trained, Which};
pub use spec::{Feature, FeatureKind, Split, TrainingSpec};
pub use train::{MIN_CONVERSIONS, train};
