//! Codes on paper for the day the phone is gone.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use totp_rs::Secret;
use uuid::Uuid;

use super::kept;
use crate::{Result, identity::links::random_bytes};

/// Codes of one person.
const COUNT: usize = 10;
/// 120 random bits each: 24 letters and digits of base 32.
const BYTES: usize = 15;
const LETTERS: usize = 24;
/// Letters between two dashes.
const GROUP: usize = 4;

/// Makes new codes; only their hashes are kept.
pub(super) async fn replace(tx: &mut PgConnection, user_id: Uuid) -> Result<Vec<String>> {
    let codes = (0..COUNT).map(|_| fresh()).collect::<Result<Vec<String>>>()?;
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| kept(&plain(code))).collect();
    sqlx::query("delete from recovery_codes where user_id = $1").bind(user_id).execute(&mut *tx).await?;
    let sql = "insert into recovery_codes (user_id, code_hash) select $1, unnest($2::bytea[])";
    sqlx::query(sql).bind(user_id).bind(hashes).execute(tx).await?;
    Ok(codes)
}

/// Uses a code up; `false` when it is wrong or was used before.
pub(super) async fn take(pool: &PgPool, user_id: Uuid, code: &str, at: DateTime<Utc>) -> Result<bool> {
    let sql = "update recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null";
    let used = sqlx::query(sql).bind(user_id).bind(kept(&plain(code))).bind(at).execute(pool).await?;
    Ok(used.rows_affected() == 1)
}

/// Whether this can be a recovery code and no code of the app.
pub(super) fn looks_like_one(code: &str) -> bool {
    code.len() <= super::MAX_LEN && plain(code).len() == LETTERS
}

fn fresh() -> Result<String> {
    let bytes = random_bytes()?;
    let letters = Secret::from(bytes[..BYTES].to_vec()).to_base32();
    let groups: Vec<&str> = (0..LETTERS).step_by(GROUP).filter_map(|at| letters.get(at..at + GROUP)).collect();
    Ok(groups.join("-"))
}

/// The code without what people put between its letters.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_groups_and_is_read_however_it_is_typed() {
        let code = fresh().expect("a code");

        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 6]);
        assert!(looks_like_one(&code));
        assert_eq!(plain(&code.to_lowercase().replace('-', " ")), plain(&code));
        assert!(!looks_like_one("123456") && !looks_like_one("123 456"));
    }
}
