//! What people prefer: notifications, language, display.

use catalog::{Invalid, Principal};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Identity;
use crate::{Result, records::Record};

/// Kinds of notifications that somebody can mute; there are far fewer.
const MOST_MUTED: usize = 50;
const KIND_MAX_LEN: usize = 60;
const LANGUAGE_MAX_LEN: usize = 20;
const PATH_MAX_LEN: usize = 200;

/// Changed preferences; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "notificationPreferences": {"email": false, "inApp": true, "muted": ["comment"]},
    "languageSettings": {"language": "de", "timeZone": "Europe/Berlin"},
    "displayOptions": {"theme": "dark", "density": "compact", "rowsPerPage": 50, "startPage": "/deals/board"}
}))]
pub struct Preferences {
    /// How the person is told of things.
    #[serde(alias = "notification_preferences")]
    pub notification_preferences: Option<NotificationPreferences>,
    /// Language and time zone.
    #[serde(alias = "language_settings")]
    pub language_settings: Option<LanguageSettings>,
    /// How pages look.
    #[serde(alias = "display_options")]
    pub display_options: Option<DisplayOptions>,
}

/// How the person is told of things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all(deserialize = "camelCase"), default)]
pub struct NotificationPreferences {
    /// By mail.
    pub email: bool,
    /// In the application.
    #[serde(alias = "in_app")]
    pub in_app: bool,
    /// Kinds of notifications that they do not want at all.
    pub muted: Vec<String>,
}

impl Default for NotificationPreferences {
    fn default() -> Self {
        Self { email: true, in_app: true, muted: Vec::new() }
    }
}

/// Language and time zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct LanguageSettings {
    /// Language tag (BCP 47), such as `en` or `de-AT`.
    pub language: Option<String>,
    /// Name of a time zone, such as `Europe/Berlin`.
    #[serde(alias = "time_zone")]
    pub time_zone: Option<String>,
}

/// How pages look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all(deserialize = "camelCase"), default)]
pub struct DisplayOptions {
    /// Colours.
    pub theme: Theme,
    /// How close lines stand.
    pub density: Density,
    /// Rows of a list: 10 to 200.
    #[serde(alias = "rows_per_page", skip_serializing_if = "Option::is_none")]
    pub rows_per_page: Option<u16>,
    /// The page that opens first: a path of ours.
    #[serde(alias = "start_page", skip_serializing_if = "Option::is_none")]
    pub start_page: Option<String>,
}

/// Colours of the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark letters on light ground.
    Light,
    /// Light letters on dark ground.
    Dark,
}

/// How close lines stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// With room between them.
    #[default]
    Comfortable,
    /// More of them on a screen.
    Compact,
}

impl Identity {
    /// Changes what the person prefers, who is the caller or somebody an administrator changes.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) names the preference; as
    /// [`update_user`](Self::update_user).
    pub async fn set_preferences(&self, caller: &Principal, id: Uuid, preferences: &Preferences) -> Result<Record> {
        check(preferences)?;
        let stored = self.oltp.read(caller, self.user_object()?, id).await?;
        let mut settings = stored.get("settings").and_then(Value::as_object).cloned().unwrap_or_default();
        let Preferences { notification_preferences, language_settings, display_options } = preferences;
        let mut body = Map::new();
        if let Some(notifications) = notification_preferences {
            settings.insert("notification_preferences".to_owned(), json!(notifications));
        }
        if let Some(display) = display_options {
            settings.insert("display_options".to_owned(), json!(display));
        }
        if let Some(LanguageSettings { language, time_zone }) = language_settings {
            body.extend(language.as_ref().map(|language| ("locale".to_owned(), json!(language))));
            body.extend(time_zone.as_ref().map(|zone| ("time_zone".to_owned(), json!(zone))));
        }
        body.insert("settings".to_owned(), Value::Object(settings));
        self.update_user(caller, id, body).await
    }
}

fn check(preferences: &Preferences) -> Result<(), Invalid> {
    let refuse = |name: &str, code, message: &str| Err(Invalid::field(name, code, message));
    if let Some(NotificationPreferences { muted, .. }) = &preferences.notification_preferences {
        let plain = |kind: &String| {
            let letters = kind.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_' || letter == '.');
            letters && (1..=KIND_MAX_LEN).contains(&kind.len())
        };
        if muted.len() > MOST_MUTED || !muted.iter().all(plain) {
            let message = "Muted kinds must be at most 50 names of small letters, dots and underscores";
            return refuse("notificationPreferences/muted", "invalid_kinds", message);
        }
    }
    if let Some(LanguageSettings { language, time_zone }) = &preferences.language_settings {
        let tag = |tag: &String| {
            let letters = tag.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
            letters && (2..=LANGUAGE_MAX_LEN).contains(&tag.len())
        };
        if !language.iter().all(tag) {
            return refuse(
                "languageSettings/language",
                "invalid_language",
                "Language must be a tag such as en or de-AT",
            );
        }
        if !time_zone.iter().all(|zone| zone.parse::<chrono_tz::Tz>().is_ok()) {
            let message = "Time zone must be a name such as Europe/Berlin";
            return refuse("languageSettings/timeZone", "invalid_time_zone", message);
        }
    }
    if let Some(DisplayOptions { rows_per_page, start_page, .. }) = &preferences.display_options {
        if !rows_per_page.iter().all(|rows| (10..=200).contains(rows)) {
            let message = "Rows per page must be between 10 and 200";
            return refuse("displayOptions/rowsPerPage", "out_of_range", message);
        }
        let own = |path: &String| path.starts_with('/') && !path.starts_with("//") && path.len() <= PATH_MAX_LEN;
        if !start_page.iter().all(own) {
            return refuse(
                "displayOptions/startPage",
                "invalid_path",
                "Start page must be a path such as /deals/board",
            );
        }
    }
    Ok(())
}
