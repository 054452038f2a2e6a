//! Everything that can go wrong in this crate, one variant per distinction somebody acts on.

use std::{path::PathBuf, sync::Arc};

use catalog::{Fault, FaultKind, Invalid, ObjectDef};

use crate::Requirement;

/// The answer of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
///
/// Clonable, because one failure may answer several waiters.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Fields were refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The input clashes with what is stored.
    #[error("{invalid}")]
    Conflict {
        /// Stable word for the clash, such as `duplicate`.
        code: &'static str,
        /// The fields that clash.
        invalid: Invalid,
    },
    /// The person may not do this with any record of the object.
    #[error("your role may not {verb} {objects}")]
    NotAllowed {
        /// What was tried: create, read, update, delete, restore.
        verb: String,
        /// Plural label of the object, in lower case.
        objects: String,
    },
    /// The record is shared with the person, who may read it only.
    #[error("only its owner may change this {object}; save a copy to change it")]
    OwnerOnly {
        /// Label of the object, in lower case.
        object: String,
    },
    /// The record belongs to somebody with whose records the person may not do this.
    #[error("your role may not {verb} this {object}: it belongs to somebody else")]
    NotYours {
        /// What was tried: update, delete, restore, share.
        verb: &'static str,
        /// Label of the object, in lower case.
        object: String,
    },
    /// So many people follow changes that no further one can.
    #[error("too many streams of events are open; close some or try again later")]
    Crowded,
    /// The person may not see this field, so they may not write, filter or sort by it either.
    #[error("your role may not see or change {field}")]
    MaskedField {
        /// Name of the field.
        field: String,
    },
    /// The person sees this field and may not change it.
    #[error("your role may not change {field}")]
    FixedField {
        /// Name of the field.
        field: String,
    },
    /// There is no such record, or the person may not know that there is.
    #[error("there is no {object} with this id")]
    RecordNotFound {
        /// Label of the object, in lower case.
        object: String,
    },
    /// There is no object of this name.
    #[error("there is no object called {name}")]
    UnknownObject {
        /// The name as given.
        name: String,
    },
    /// The record changed since the caller read it.
    #[error("the {object} was changed by somebody else and is at version {current} now; read it again")]
    Stale {
        /// Label of the object, in lower case.
        object: String,
        /// The version it is at now.
        current: i64,
    },
    /// Only a deleted record can be restored.
    #[error("the {object} is not deleted")]
    NotDeleted {
        /// Label of the object, in lower case.
        object: String,
    },

    /// A row of a bulk load was refused, and with it the whole load.
    #[error("row {index} was refused")]
    BulkRow {
        /// Position of the row in the load, from 0.
        index: usize,
        /// Why.
        source: Box<Error>,
    },

    /// The person has so many jobs waiting or running that no further one is taken.
    #[error("you have {most} jobs waiting or running; wait for one to end or cancel it")]
    TooManyJobs {
        /// How many there may be.
        most: i64,
    },
    /// The job has ended, so it cannot be stopped.
    #[error("this job has already ended")]
    JobEnded,
    /// What the job did cannot be taken back.
    #[error("this job cannot be taken back: it is not over, it was taken back already, or too long ago")]
    NotUndoable,

    /// Somebody uses a table for so long that it cannot be changed now.
    #[error("the records are in use by something that takes long; try again in a moment")]
    TableInUse,

    /// No token came with the request.
    #[error("sign in first: send `Authorization: Bearer` with an access token or an API token")]
    NotSignedIn,
    /// Name and password do not belong together; which of them is wrong is not said.
    #[error("the name or the password is wrong")]
    WrongCredentials,
    /// The password was right, and the account asks for a second factor.
    #[error("this account asks for a second factor: send a code of the app or a recovery code as `code`")]
    SecondFactorNeeded,
    /// The code of the second factor is wrong, too old or was used before.
    #[error("the code does not count; wait for the next one, or use another recovery code")]
    WrongCode,
    /// The token is malformed, forged, expired or revoked.
    #[error("the access token is not valid any more; sign in again")]
    TokenRefused,
    /// The account is suspended or deactivated.
    #[error("this account is {status}; ask an administrator")]
    AccountClosed {
        /// The account's status.
        status: String,
    },
    /// What a sign-in provider says does not hold: a wrong signature, issuer, audience, nonce or age.
    #[error("what the sign-in provider says could not be verified; begin again")]
    ProviderRefused,
    /// A sign-in provider does not answer.
    #[error("the sign-in provider {label} does not answer")]
    ProviderAway {
        /// What people call it.
        label: String,
    },
    /// There is an account with the address, and nothing shows that it is the same person's.
    #[error("sign in with your password first, then link this account in your settings")]
    LinkFirst,
    /// The person has registered but not followed the link that was mailed to them.
    #[error("confirm your e-mail address first: follow the link that was mailed to you")]
    EmailUnconfirmed,
    /// Nobody may register by themselves.
    #[error("nobody can register here by themselves; ask an administrator for an invitation")]
    RegistrationClosed,
    /// The token may only read, or somebody looks through another person's eyes.
    #[error("this may only read: it is a reading API token or a preview as another person")]
    ReadOnlyToken,
    /// Too many failed logins, or too many tries of something else that is limited.
    #[error("too many attempts; try again in {retry_after_s} seconds")]
    TooManyAttempts {
        /// **Units:** seconds until the next attempt is looked at.
        retry_after_s: u64,
    },
    /// Only administrators may do this.
    #[error("only administrators may {verb}")]
    AdministratorsOnly {
        /// What was tried.
        verb: String,
    },
    /// The system itself has no inbox and no home.
    #[error("sign in as a person for this; the system itself has none")]
    PersonsOnly,
    /// An uploaded file is larger than allowed.
    #[error("the file is larger than {}", megabytes(*.limit_bytes))]
    FileTooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// An upload ended before its end.
    #[error("the upload broke off ({reason}); send the file again")]
    UploadBroken {
        /// What was seen of it.
        reason: String,
    },
    /// A signed link that opens nothing (any more).
    #[error("this link is not valid, or not any more; ask for a new one")]
    LinkRefused,
    /// The store of documents did not do what was asked.
    #[error("{attempt} failed: {reason}")]
    Store {
        /// What was attempted.
        attempt: String,
        /// What the store said.
        reason: String,
    },
    /// The password hashing ran out of capacity.
    #[error("too many people are signing in at once; try again in a moment")]
    Busy,

    /// No connection to Postgres.
    #[error("cannot connect to Postgres at {address}: {reason}")]
    NotConnected {
        /// Host and port, without credentials.
        address: String,
        /// What the driver said.
        reason: String,
    },
    /// The connection address is not one.
    #[error("DATABASE_URL is not a Postgres address such as postgres://user:password@host:5432/database: {reason}")]
    DatabaseUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// Postgres lacks something we need.
    #[error("Postgres is not ready for Leadhouse: {}", unmet(.0))]
    Requirements(Vec<Requirement>),
    /// A migration failed or the schema is from a newer version.
    #[error("the database schema could not be brought up to date")]
    Migration(#[source] Arc<sqlx::migrate::MigrateError>),
    /// Postgres refused or lost a statement.
    #[error("a database statement failed")]
    Database(#[source] Arc<sqlx::Error>),

    /// No usable PostgreSQL server programs on this machine.
    #[error("{0}")]
    ProgramsMissing(String),
    /// Another process uses the same data directory.
    #[error("another Leadhouse is running on {}; stop it first or use another data directory", .0.display())]
    DataDirInUse(PathBuf),
    /// The private Postgres could not be set up, started or stopped.
    #[error("{attempt} failed: {reason}")]
    Embedded {
        /// What was attempted, and where.
        attempt: String,
        /// What was said and what to do.
        reason: String,
    },
    /// Stored data that cannot be, or a defect of ours.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    /// A clash of these fields with what is stored.
    pub fn conflict(code: &'static str, invalid: Invalid) -> Self {
        Self::Conflict { code, invalid }
    }

    /// The refusal of a verb for every record of an object.
    pub fn not_allowed(verb: &str, object: &ObjectDef) -> Self {
        Self::NotAllowed { verb: verb.to_owned(), objects: object.plural_label.to_lowercase() }
    }

    /// The same answer for a record that is absent and for one the person may not see.
    pub fn not_found(object: &ObjectDef) -> Self {
        Self::RecordNotFound { object: object.label.to_lowercase() }
    }

    /// The answer to a name that is no object.
    pub fn unknown_object(name: &str) -> Self {
        Self::UnknownObject { name: name.to_owned() }
    }

    /// Whether the input of one record is at fault, so that another record may fare better.
    pub(crate) fn blames_input(&self) -> bool {
        matches!(self.kind(), FaultKind::Invalid | FaultKind::Conflict)
    }

    /// A failure of the store of documents.
    pub(crate) fn store(attempt: &str, reason: &dyn std::error::Error) -> Self {
        Self::Store { attempt: attempt.to_owned(), reason: reason.to_string() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "errors are handed over as `map_err` gives them")]
    pub(crate) fn embedded(attempt: impl Into<String>, reason: impl ToString) -> Self {
        Self::Embedded { attempt: attempt.into(), reason: reason.to_string() }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Arc::new(error))
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invalid(_) => FaultKind::Invalid,
            Self::Conflict { .. } | Self::NotDeleted { .. } | Self::JobEnded | Self::NotUndoable => FaultKind::Conflict,
            Self::NotAllowed { .. }
            | Self::OwnerOnly { .. }
            | Self::NotYours { .. }
            | Self::FixedField { .. }
            | Self::MaskedField { .. }
            | Self::ReadOnlyToken
            | Self::AccountClosed { .. }
            | Self::EmailUnconfirmed
            | Self::LinkFirst
            | Self::RegistrationClosed
            | Self::AdministratorsOnly { .. }
            | Self::PersonsOnly => FaultKind::Forbidden,
            Self::RecordNotFound { .. } | Self::UnknownObject { .. } | Self::LinkRefused => FaultKind::NotFound,
            Self::FileTooLarge { .. } => FaultKind::TooLarge,
            Self::UploadBroken { .. } => FaultKind::Malformed,
            Self::Stale { .. } => FaultKind::Stale,
            Self::NotSignedIn
            | Self::WrongCredentials
            | Self::SecondFactorNeeded
            | Self::WrongCode
            | Self::ProviderRefused
            | Self::TokenRefused => FaultKind::Unauthenticated,
            Self::TooManyAttempts { .. } | Self::Crowded | Self::TooManyJobs { .. } => FaultKind::Throttled,
            Self::Busy
            | Self::TableInUse
            | Self::NotConnected { .. }
            | Self::ProviderAway { .. }
            | Self::Store { .. } => FaultKind::Unavailable,
            Self::Database(error) => database_kind(error),
            Self::BulkRow { source, .. } => source.kind(),
            Self::DatabaseUrl { .. }
            | Self::Requirements(_)
            | Self::Migration(_)
            | Self::ProgramsMissing(_)
            | Self::DataDirInUse(_)
            | Self::Embedded { .. }
            | Self::Broken(_) => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid_fields",
            Self::Conflict { code, .. } => code,
            Self::NotAllowed { .. } => "not_allowed",
            Self::OwnerOnly { .. } => "owner_only",
            Self::NotYours { .. } => "not_yours",
            Self::FixedField { .. } => "fixed_field",
            Self::MaskedField { .. } => "masked_field",
            Self::RecordNotFound { .. } => "record_not_found",
            Self::UnknownObject { .. } => "unknown_object",
            Self::Stale { .. } => "stale_version",
            Self::NotDeleted { .. } => "not_deleted",
            Self::BulkRow { source, .. } => source.code(),
            Self::NotSignedIn => "not_signed_in",
            Self::WrongCredentials => "wrong_credentials",
            Self::SecondFactorNeeded => "second_factor_needed",
            Self::WrongCode => "wrong_code",
            Self::TokenRefused => "token_refused",
            Self::AccountClosed { .. } => "account_closed",
            Self::ProviderRefused => "provider_refused",
            Self::ProviderAway { .. } => "provider_away",
            Self::LinkFirst => "link_first",
            Self::EmailUnconfirmed => "email_unconfirmed",
            Self::RegistrationClosed => "registration_closed",
            Self::ReadOnlyToken => "read_only_token",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::Crowded => "too_many_streams",
            Self::TooManyJobs { .. } => "too_many_jobs",
            Self::JobEnded => "job_ended",
            Self::NotUndoable => "not_undoable",
            Self::TableInUse => "table_in_use",
            Self::AdministratorsOnly { .. } => "administrators_only",
            Self::PersonsOnly => "persons_only",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::UploadBroken { .. } => "upload_broken",
            Self::LinkRefused => "link_refused",
            Self::Store { .. } => "store_failed",
            Self::Busy => "busy",
            Self::NotConnected { .. } => "database_away",
            Self::DatabaseUrl { .. } => "database_url",
            Self::Requirements(_) => "postgres_requirements",
            Self::Migration(_) => "migration_failed",
            Self::Database(_) => "database_failed",
            Self::ProgramsMissing(_) => "postgres_missing",
            Self::DataDirInUse(_) => "data_dir_in_use",
            Self::Embedded { .. } => "embedded_postgres",
            Self::Broken(_) => "broken",
        }
    }

    fn invalid(&self) -> Option<&Invalid> {
        if let Self::BulkRow { source, .. } = self {
            return source.invalid();
        }
        if let Self::Invalid(invalid) | Self::Conflict { invalid, .. } = self { Some(invalid) } else { None }
    }
}

/// Whether trying again can help, from the SQLSTATE class (PostgreSQL manual, appendix A).
fn database_kind(error: &sqlx::Error) -> FaultKind {
    if let Some(state) = error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
        return match state.as_ref() {
            "57014" => FaultKind::Timeout, // query cancelled by a timeout
            // It lost a race, Postgres is read-only for now, or a field or an object was deleted between the
            // reading of the catalogue and the statement.
            "40001" | "40P01" | "55P03" | "25006" | "42703" | "42P01" => FaultKind::Unavailable,
            state if ["08", "53", "57"].iter().any(|class| state.starts_with(class)) => FaultKind::Unavailable,
            _ => FaultKind::Broken,
        };
    }
    if matches!(error, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_)) {
        FaultKind::Unavailable
    } else {
        FaultKind::Broken
    }
}

/// A limit as people say it; limits are set in whole MiB.
fn megabytes(bytes: u64) -> String {
    if bytes.is_multiple_of(1024 * 1024) { format!("{} MiB", bytes / 1024 / 1024) } else { format!("{bytes} bytes") }
}

fn unmet(requirements: &[Requirement]) -> String {
    let unmet = requirements.iter().filter(|requirement| !requirement.met);
    unmet.map(|r| format!("{} is {}: {}", r.name, r.found, r.advice)).collect::<Vec<_>>().join("; ")
}
