//! What a message of the outbox means, and for whom.

use std::collections::BTreeSet;

use catalog::Principal;
use serde_json::Value;
use uuid::Uuid;

use super::Kind;
use crate::{Error, Oltp, Result, records::Record, relay::Message};

/// Objects whose hand-over is told to the new owner.
pub(crate) const ASSIGNED: [&str; 5] = ["task", "lead", "deal", "contact", "company"];
/// The detail of an assignment that makes nobody an owner.
const SHARED: &str = "shared";
/// What a message is called by which a workflow rule tells people something.
pub(crate) const RULE_NOTICE: &str = "rule_notice";
/// People told of one change of a record that they follow.
const MAX_FOLLOWERS: i64 = 500;
/// Managers told of one lead that nobody owns.
const MAX_MANAGERS: i64 = 50;

/// One thing to tell one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    pub(super) kind: Kind,
    pub(super) recipient: Uuid,
    pub(super) object: &'static str,
    pub(super) record_id: Uuid,
    pub(super) actor: Option<Uuid>,
    /// What the title says besides, such as the name of a stage.
    detail: Option<String>,
}

/// Everything to be told because of a message; nobody is told what they did themselves.
pub(super) async fn of(oltp: &Oltp, message: &Message) -> Result<Vec<News>> {
    let (Some(object), Some(record_id)) = (message.object.as_deref(), message.record_id) else {
        return Ok(Vec::new());
    };
    if message.topic == "user.received_handoff" {
        return Ok(vec![handoff(message, record_id)]);
    }
    if message.topic == "comment.created" {
        return comment(oltp, message, record_id).await;
    }
    let Some(object) = ASSIGNED.into_iter().find(|known| *known == object) else {
        return Ok(Vec::new());
    };
    let actor = message.payload.get("actor_id").and_then(uuid).filter(|id| !id.is_nil());
    let verb = message.topic.strip_prefix(object).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
    let fields = message.payload.get("fields").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let changed = |name: &str| fields.iter().any(|field| field == name);
    let kinds: Vec<Kind> = match (object, verb) {
        ("task", "reminder") => vec![Kind::Reminder],
        ("task", "appointment") => vec![Kind::Appointment],
        (_, RULE_NOTICE) => return Ok(rule_notice(message, object, record_id)),
        (_, "shared") => return Ok(shared(message, object, record_id)),
        ("lead", "created") => vec![Kind::NewLead],
        (_, "created") => vec![Kind::Assignment],
        ("deal", "updated") if changed("stage_id") && changed("owner_id") => vec![Kind::DealStage, Kind::Assignment],
        ("deal", "updated") if changed("stage_id") => vec![Kind::DealStage],
        (_, "updated") if changed("owner_id") => vec![Kind::Assignment],
        (_, "updated") => Vec::new(),
        _ => return Ok(Vec::new()),
    };
    let Some(record) = record(oltp, object, record_id).await? else {
        return Ok(Vec::new());
    };
    let detail = if kinds.contains(&Kind::DealStage) { stage_name(oltp, &record).await? } else { None };
    let owner = record.get("owner_id").and_then(uuid);
    let mut news = Vec::new();
    for kind in kinds {
        let recipients = match owner {
            Some(owner) => vec![owner],
            None if kind == Kind::NewLead => managers(oltp).await?,
            None => Vec::new(),
        };
        let told = recipients.into_iter().filter(|recipient| Some(*recipient) != actor);
        news.extend(told.map(|recipient| News { kind, recipient, object, record_id, actor, detail: detail.clone() }));
    }
    if verb == "updated" && actor.is_some() {
        let told: BTreeSet<Uuid> = news.iter().map(|news| news.recipient).collect();
        let subject = Subject { object, record_id, actor };
        let followers = followers(oltp, &subject).await?.into_iter().filter(|follower| !told.contains(follower));
        news.extend(followers.map(|follower| subject.news(Kind::Followed, follower, "changed")));
    }
    Ok(news)
}

/// The record that news are about, and who did something with it.
struct Subject {
    object: &'static str,
    record_id: Uuid,
    actor: Option<Uuid>,
}

impl Subject {
    fn news(&self, kind: Kind, recipient: Uuid, verb: &str) -> News {
        let Self { object, record_id, actor } = *self;
        News { kind, recipient, object, record_id, actor, detail: Some(verb.to_owned()) }
    }
}

/// Whoever a comment names is told so; the owner of what it is about and whoever follows that hear of it.
async fn comment(oltp: &Oltp, message: &Message, id: Uuid) -> Result<Vec<News>> {
    let Some(comment) = record(oltp, "comment", id).await? else {
        return Ok(Vec::new());
    };
    let about =
        ASSIGNED.into_iter().find_map(|object| Some((object, comment.get(&format!("{object}_id")).and_then(uuid)?)));
    let Some((object, record_id)) = about else {
        return Ok(Vec::new());
    };
    let actor = message.payload.get("actor_id").and_then(uuid).filter(|id| !id.is_nil());
    let subject = Subject { object, record_id, actor };
    let named = comment.get("mentions").and_then(Value::as_array).into_iter().flatten().filter_map(uuid);
    let named: BTreeSet<Uuid> = named.filter(|person| Some(*person) != actor).collect();
    let owner = comment.get("owner_id").and_then(uuid);
    let mut others: BTreeSet<Uuid> = followers(oltp, &subject).await?.into_iter().chain(owner).collect();
    others.retain(|person| Some(*person) != actor && !named.contains(person));
    let mentions = named.into_iter().map(|person| subject.news(Kind::Mention, person, ""));
    Ok(mentions.chain(others.into_iter().map(|person| subject.news(Kind::Followed, person, "commented on"))).collect())
}

/// Those who follow a record, without who did it.
async fn followers(oltp: &Oltp, subject: &Subject) -> Result<Vec<Uuid>> {
    let sql = "select user_id from bookmarks
               where kind = 'follow' and object = $1 and record_id = $2 and user_id is distinct from $3
               order by user_id limit $4";
    let followers = sqlx::query_scalar(sql).bind(subject.object).bind(subject.record_id).bind(subject.actor);
    Ok(followers.bind(MAX_FOLLOWERS).fetch_all(oltp.pool()).await?)
}

/// What somebody hears who may work on a record from now on.
fn shared(message: &Message, object: &'static str, record_id: Uuid) -> Vec<News> {
    let actor = message.payload.get("actor_id").and_then(uuid).filter(|id| !id.is_nil());
    let recipient = message.payload.get("user_id").and_then(uuid).filter(|person| Some(*person) != actor);
    let news = |recipient| News {
        kind: Kind::Assignment,
        recipient,
        object,
        record_id,
        actor,
        detail: Some(SHARED.to_owned()),
    };
    recipient.map(news).into_iter().collect()
}

/// What a workflow rule tells people, whoever made it.
fn rule_notice(message: &Message, object: &'static str, record_id: Uuid) -> Vec<News> {
    let said = |name: &str| message.payload.get(name).cloned().unwrap_or_default();
    let text = said("text").as_str().map(str::to_owned);
    let recipients: BTreeSet<Uuid> = said("recipients").as_array().into_iter().flatten().filter_map(uuid).collect();
    let news =
        |recipient| News { kind: Kind::WorkflowRule, recipient, object, record_id, actor: None, detail: text.clone() };
    recipients.into_iter().map(news).collect()
}

/// What somebody gets who takes over from another.
fn handoff(message: &Message, recipient: Uuid) -> News {
    let records = message.payload.get("records").and_then(Value::as_u64).unwrap_or_default();
    let actor = message.payload.get("actor_id").and_then(uuid).filter(|id| !id.is_nil());
    let detail = Some(format!("{records} records"));
    News { kind: Kind::Assignment, recipient, object: "user", record_id: recipient, actor, detail }
}

impl News {
    /// The line in the inbox and the mail; the record as its reader sees it.
    pub(super) fn title(&self, record: &Record, actor: Option<&str>) -> String {
        let name = record.get("name").and_then(Value::as_str);
        let name = format!("“{}”", name.unwrap_or("without a name"));
        let who = actor.unwrap_or("Leadhouse");
        match self.kind {
            Kind::Assignment if self.object == "user" => {
                format!("{who} handed over {} to you", self.detail.as_deref().unwrap_or("records"))
            }
            Kind::Assignment if self.detail.as_deref() == Some(SHARED) => {
                format!("{who} works with you on the {} {name}", self.object)
            }
            Kind::Assignment => format!("{who} gave you the {} {name}", self.object),
            Kind::NewLead if record.get("owner_id").is_none_or(Value::is_null) => {
                format!("A new lead that nobody owns: {name}")
            }
            Kind::NewLead => format!("A new lead for you: {name}"),
            Kind::DealStage => {
                let stage = self.detail.as_deref().unwrap_or("another stage");
                format!("{who} moved your deal {name} to {stage}")
            }
            Kind::Reminder => format!("Reminder: {name}"),
            Kind::Appointment => format!("In 15 minutes: {name}"),
            Kind::Mention => format!("{who} mentioned you on {name}"),
            Kind::WorkflowRule => self.detail.clone().unwrap_or_else(|| format!("A workflow rule points to {name}")),
            Kind::Followed => format!("{who} {} {name}", self.detail.as_deref().unwrap_or("changed")),
        }
    }
}

fn uuid(value: &Value) -> Option<Uuid> {
    value.as_str().and_then(|id| Uuid::parse_str(id).ok())
}

/// The record as it is now; `None` when it is gone.
async fn record(oltp: &Oltp, object: &str, id: Uuid) -> Result<Option<Record>> {
    match oltp.read(&Principal::system(), oltp.known(object)?, id).await {
        Ok(record) => Ok(Some(record)),
        Err(Error::RecordNotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn stage_name(oltp: &Oltp, deal: &Record) -> Result<Option<String>> {
    let stage = deal.get("stage_id").and_then(uuid);
    let sql = "select name from stages where id = $1";
    Ok(sqlx::query_scalar(sql).bind(stage).fetch_optional(oltp.pool()).await?)
}

async fn managers(oltp: &Oltp) -> Result<Vec<Uuid>> {
    let sql = "select id from users where role = 'manager' and status = 'active' and deleted_at is null
               order by id limit $1";
    Ok(sqlx::query_scalar(sql).bind(MAX_MANAGERS).fetch_all(oltp.pool()).await?)
}
