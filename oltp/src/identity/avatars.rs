//! Pictures of people.

use catalog::{Invalid, Principal};
use serde_json::{Map, Value, json};
use sqlx::FromRow;
use uuid::Uuid;

use super::Identity;
use crate::{Error, Result, records::Record};

/// Largest picture; the web UI makes them smaller before it sends them.
///
/// **Units:** bytes.
pub const AVATAR_LIMIT_BYTES: usize = 512 * 1024;

/// What a picture may be: formats that browsers draw and that hold no scripts.
const KINDS: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// A picture as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Avatar {
    /// What it really is.
    pub media_type: String,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl Identity {
    /// Keeps a picture of the person, who is the caller or somebody an administrator changes.
    ///
    /// What it is follows from its bytes, never from what the request says.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no picture or too large; as [`update_user`](Self::update_user).
    pub async fn set_avatar(&self, caller: &Principal, id: Uuid, bytes: &[u8]) -> Result<Record> {
        let refuse = |code, message: &str| Err(Error::from(Invalid::field("", code, message)));
        if bytes.len() > AVATAR_LIMIT_BYTES {
            return refuse("too_large", "A picture must have at most 512 kB");
        }
        let kind = infer::get(bytes).map(|kind| kind.mime_type()).filter(|kind| KINDS.contains(kind));
        let Some(kind) = kind else {
            return refuse("no_picture", "A picture must be a PNG, JPEG or WebP file");
        };
        let at = self.now();
        // The moment in the address makes browsers load a new picture.
        let url = self.settings.page(&format!("/api/users/{id}/avatar?v={}", at.timestamp()));
        let mut body = Map::new();
        body.insert("profile_picture".to_owned(), json!(url));
        let record = self.update_user(caller, id, body).await?;
        let sql = "insert into avatars (user_id, media_type, bytes, updated_at) values ($1, $2, $3, $4)
                   on conflict (user_id) do update set media_type = $2, bytes = $3, updated_at = $4";
        sqlx::query(sql).bind(id).bind(kind).bind(bytes).bind(at).execute(self.oltp.pool()).await?;
        Ok(record)
    }

    /// The picture of a person.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`].
    pub async fn avatar(&self, caller: &Principal, id: Uuid) -> Result<Avatar> {
        self.oltp.read(caller, self.user_object()?, id).await?;
        let sql = "select media_type, bytes from avatars where user_id = $1";
        let avatar = sqlx::query_as(sql).bind(id).fetch_optional(self.oltp.pool()).await?;
        avatar.ok_or_else(|| Error::RecordNotFound { object: "picture".to_owned() })
    }

    /// Removes the picture of a person.
    ///
    /// # Errors
    /// As [`update_user`](Self::update_user).
    pub async fn remove_avatar(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let mut body = Map::new();
        body.insert("profile_picture".to_owned(), Value::Null);
        self.update_user(caller, id, body).await?;
        sqlx::query("delete from avatars where user_id = $1").bind(id).execute(self.oltp.pool()).await?;
        Ok(())
    }
}
