//! What people can be told of, and how.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationKind)]
pub enum Kind {
    /// Somebody gave you a task, a lead, a deal, a contact or a company.
    Assignment,
    /// A lead came in for you, or for nobody and you are a manager.
    NewLead,
    /// A deal of yours moved to another stage.
    DealStage,
    /// A task wants to be thought of.
    Reminder,
    /// A meeting or demo of yours begins.
    Appointment,
    /// Somebody mentioned you.
    Mention,
    /// Something happened on a record that you follow.
    Followed,
    /// A workflow rule has something to tell you.
    WorkflowRule,
}

/// When notifications of a kind go out by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailWish {
    /// Never.
    Off,
    /// As they come.
    AtOnce,
    /// Together, every morning at eight where the person is.
    Daily,
}

impl Kind {
    /// Every kind, in the order of the settings page.
    pub const ALL: [Self; 8] = [
        Self::Assignment,
        Self::NewLead,
        Self::DealStage,
        Self::Reminder,
        Self::Appointment,
        Self::Mention,
        Self::Followed,
        Self::WorkflowRule,
    ];

    /// The stored and transmitted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assignment => "assignment",
            Self::NewLead => "new_lead",
            Self::DealStage => "deal_stage",
            Self::Reminder => "reminder",
            Self::Appointment => "appointment",
            Self::Mention => "mention",
            Self::Followed => "followed",
            Self::WorkflowRule => "workflow_rule",
        }
    }

    /// The kind of this word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What people get who have not said otherwise: what waits for them at once, the rest every morning.
    pub(super) fn usual_mail(self) -> MailWish {
        match self {
            Self::Assignment | Self::Reminder | Self::Appointment | Self::Mention | Self::WorkflowRule => {
                MailWish::AtOnce
            }
            Self::NewLead | Self::DealStage => MailWish::Daily,
            Self::Followed => MailWish::Off,
        }
    }
}

impl MailWish {
    const ALL: [Self; 3] = [Self::Off, Self::AtOnce, Self::Daily];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == word)
    }
}
