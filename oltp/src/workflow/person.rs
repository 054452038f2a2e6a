//! People that a rule names: somebody in particular, or whoever has to do with the record.

use serde::Deserialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Result, records::Record};

/// Whom a rule means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Person {
    /// The owner of the record.
    RecordOwner,
    /// The manager of the team of the record's owner.
    Manager,
    /// Whoever decided last what the rule does.
    Author,
    /// This person.
    One(Uuid),
}

impl TryFrom<String> for Person {
    type Error = String;

    fn try_from(word: String) -> std::result::Result<Self, Self::Error> {
        match word.as_str() {
            "record_owner" => Ok(Self::RecordOwner),
            "manager" => Ok(Self::Manager),
            "author" => Ok(Self::Author),
            _ => Uuid::parse_str(&word).map(Self::One).map_err(|_no_id| {
                format!("`{word}` is nobody: say record_owner, manager, author or the id of a person")
            }),
        }
    }
}

impl Person {
    /// The id of the person for this record; `None` when there is nobody.
    pub(super) async fn of(
        self,
        connection: &mut PgConnection,
        record: &Record,
        author: Option<Uuid>,
    ) -> Result<Option<Uuid>> {
        let owner = record.get("owner_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
        match self {
            Self::RecordOwner => Ok(owner),
            Self::Author => Ok(author),
            Self::One(id) => Ok(Some(id)),
            Self::Manager => {
                let sql = "select t.manager_id from users u join teams t on t.id = u.team_id where u.id = $1";
                Ok(sqlx::query_scalar(sql).bind(owner).fetch_optional(connection).await?.flatten())
            }
        }
    }
}
