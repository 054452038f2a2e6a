//! What a person wants to hear of, and how.

use catalog::{Invalid, Principal};
use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Kind, MailWish};
use crate::{Error, Oltp, Result};

/// The hour of the daily mail, where the person is.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("eight is an hour");

/// What is done with notifications of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationPreference)]
pub struct Preference {
    /// The kind.
    pub kind: Kind,
    /// Whether they are shown in the inbox.
    pub in_app: bool,
    /// Whether and when they go out by mail.
    pub mail: MailWish,
}

impl Preference {
    fn usual(kind: Kind) -> Self {
        Self { kind, in_app: true, mail: kind.usual_mail() }
    }
}

#[derive(Debug, FromRow)]
struct Row {
    kind: String,
    in_app: bool,
    mail: String,
}

impl Row {
    fn preference(&self) -> Option<Preference> {
        Some(Preference { kind: Kind::parse(&self.kind)?, in_app: self.in_app, mail: MailWish::parse(&self.mail)? })
    }
}

impl Oltp {
    /// The caller's preferences, one per kind.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn notification_preferences(&self, caller: &Principal) -> Result<Vec<Preference>> {
        let mut connection = self.pool().acquire().await?;
        stored(&mut connection, caller.user_id).await
    }

    /// Changes the caller's preferences for the kinds given, and answers all of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a kind is given twice or nobody is there to be told.
    pub async fn set_notification_preferences(
        &self,
        caller: &Principal,
        wanted: &[Preference],
    ) -> Result<Vec<Preference>> {
        if caller.is_system() {
            return Err(Error::PersonsOnly);
        }
        for (place, preference) in wanted.iter().enumerate() {
            if wanted.iter().take(place).any(|earlier| earlier.kind == preference.kind) {
                let pointer = format!("items/{place}/kind");
                return Err(Invalid::field(&pointer, "duplicate", "this kind is given twice").into());
            }
        }
        let mut tx = self.pool().begin().await?;
        for Preference { kind, in_app, mail } in wanted {
            let sql = "insert into notification_preferences (user_id, kind, in_app, mail) values ($1, $2, $3, $4)
                       on conflict (user_id, kind) do update set in_app = excluded.in_app, mail = excluded.mail";
            let query = sqlx::query(sql).bind(caller.user_id).bind(kind.as_str()).bind(in_app).bind(mail.as_str());
            query.execute(&mut *tx).await?;
        }
        let preferences = stored(&mut tx, caller.user_id).await?;
        tx.commit().await?;
        Ok(preferences)
    }
}

async fn stored(connection: &mut PgConnection, user: Uuid) -> Result<Vec<Preference>> {
    let sql = "select kind, in_app, mail from notification_preferences where user_id = $1";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(user).fetch_all(connection).await?;
    let given: Vec<Preference> = rows.iter().filter_map(Row::preference).collect();
    let of = |kind: Kind| given.iter().find(|preference| preference.kind == kind).copied();
    Ok(Kind::ALL.into_iter().map(|kind| of(kind).unwrap_or_else(|| Preference::usual(kind))).collect())
}

/// A person's preference for one kind.
pub(super) async fn one(connection: &mut PgConnection, user: Uuid, kind: Kind) -> Result<Preference> {
    let all = stored(connection, user).await?;
    Ok(all.into_iter().find(|preference| preference.kind == kind).unwrap_or_else(|| Preference::usual(kind)))
}

/// When a notification goes out by mail; `None` when it does not.
pub(super) async fn mail_at(
    connection: &mut PgConnection,
    preference: &Preference,
    user: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    match preference.mail {
        MailWish::Off => Ok(None),
        MailWish::AtOnce => Ok(Some(now)),
        MailWish::Daily => {
            let zone = sqlx::query_scalar("select time_zone from users where id = $1").bind(user);
            let zone: Option<String> = zone.fetch_optional(connection).await?;
            let zone = zone.and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC);
            Ok(Some(next_morning(now, zone)))
        }
    }
}

/// The next eight o'clock after `now` in the zone; a day whose clock skips it is passed over.
fn next_morning(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    let mornings = [0, 1, 2].into_iter().filter_map(|days| today.checked_add_days(Days::new(days)));
    let moments = mornings.filter_map(|day| zone.from_local_datetime(&day.and_time(MORNING)).earliest());
    moments.map(|at| at.to_utc()).find(|at| *at > now).unwrap_or(now + Days::new(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daily_mail_comes_at_eight_where_the_person_is() {
        let cases = [
            ("2026-03-31T05:59:59Z", "Europe/Berlin", "2026-03-31T06:00:00Z"),
            ("2026-03-31T06:00:00Z", "Europe/Berlin", "2026-04-01T06:00:00Z"),
            ("2026-03-31T23:00:00Z", "Asia/Tokyo", "2026-04-01T23:00:00Z"),
            ("2026-03-31T12:00:00Z", "UTC", "2026-04-01T08:00:00Z"),
        ];
        for (now, zone, next) in cases {
            let now = now.parse().expect("a moment");
            let next: DateTime<Utc> = next.parse().expect("a moment");
            assert_eq!(next_morning(now, zone.parse().expect("a zone")), next, "{now} in {zone}");
        }
    }
}
