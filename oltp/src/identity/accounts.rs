//! Accounts: people as records, written together with the password that proves who they are.

use catalog::{Changes, Ids, Invalid, ObjectDef, Principal, Role, Scope, policy};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sqlx::PgTransaction;
use uuid::Uuid;

use super::{
    Identity,
    links::{Addressee, Purpose},
    oidc::{Elsewhere, account::keep_with_address},
    password,
    security_log::{Entry, Event},
    sessions::end_all_of,
    throttle::{self, Limit},
};
use crate::{
    Error, Result,
    records::{Batch, Draft, Failure, Journal, Record, Target, Verb, apply, prepare},
};

/// What people may change about themselves; the rest is for administrators.
const OWN_FIELDS: [&str; 9] =
    ["username", "email", "name", "phone", "job_title", "time_zone", "locale", "profile_picture", "settings"];

/// Tries of the current password by somebody who is signed in.
const PASSWORD_TRIES: Limit = Limit { name: "current password", most: 10, minutes: 15 };

/// A person added by an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Login name.
    pub username: String,
    /// E-mail address.
    pub email: String,
    /// Full name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// The team they belong to.
    pub team_id: Option<Uuid>,
    /// Their first password.
    pub password: String,
}

/// One write of an account.
pub(super) struct Write<'a> {
    pub(super) verb: Verb,
    pub(super) draft: Draft,
    /// A new password, if there is one.
    pub(super) password: Option<NewPassword>,
    /// What the security log is told.
    pub(super) event: Option<Event>,
    pub(super) ip: Option<&'a str>,
    /// The link that is mailed to the person.
    pub(super) link: Option<Purpose>,
    /// The account elsewhere by which they came.
    pub(super) elsewhere: Option<&'a Elsewhere>,
}

impl Write<'_> {
    /// A write that leaves password and log alone.
    pub(super) fn plain(verb: Verb, draft: Draft) -> Self {
        Self { verb, draft, password: None, event: None, ip: None, link: None, elsewhere: None }
    }
}

/// A password that was checked and hashed.
pub(super) struct NewPassword {
    pub(super) hash: String,
    /// It counts only once the person has proved their e-mail address.
    pub(super) waits_for_confirmation: bool,
}

impl NewPassword {
    /// A password that counts at once.
    pub(super) fn counting(hash: String) -> Self {
        Self { hash, waits_for_confirmation: false }
    }
}

impl Identity {
    /// Adds a person.
    ///
    /// # Errors
    /// As [`create_account`](Self::create_account).
    pub async fn create_user(&self, caller: &Principal, user: NewUser) -> Result<Record> {
        let mut body = Map::new();
        body.insert("username".to_owned(), json!(user.username));
        body.insert("email".to_owned(), json!(user.email));
        body.insert("name".to_owned(), json!(user.name));
        body.insert("role".to_owned(), json!(user.role));
        body.insert("team_id".to_owned(), json!(user.team_id));
        body.insert("password".to_owned(), json!(user.password));
        self.create_account(caller, body).await
    }

    /// Adds a person with the fields of a user record and a `password`; the name is the username
    /// when absent.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]; [`Error::Invalid`] and [`Error::Conflict`] name the fields.
    pub async fn create_account(&self, caller: &Principal, mut body: Map<String, Value>) -> Result<Record> {
        let object = self.user_object()?;
        let policy = policy(caller, object);
        if !policy.read {
            return Err(Error::unknown_object(&object.table));
        }
        if !policy.create {
            return Err(Error::not_allowed("create", object));
        }
        let password = take_text(&mut body, "password")?
            .ok_or_else(|| Invalid::field("password", "required", "Password must have a value"))?;
        if let (None, Some(username)) = (body.get("name"), body.get("username").cloned()) {
            body.insert("name".to_owned(), username);
        }
        let changes = checked(object, &body, Some(&password))?;
        let hash = self.hasher.hash(&password).await?;
        let id = Ids.fresh();
        let draft = Draft::new(id, changes, self.oltp.clock().now());
        let password = Some(NewPassword::counting(hash));
        let write = Write { password, event: Some(Event::PasswordSet), ..Write::plain(Verb::Create, draft) };
        self.commit(self.oltp.pool().begin().await?, caller, write).await?;
        self.oltp.read(caller, object, id).await
    }

    /// Changes a person's record and, when `password` is among the fields, their password.
    ///
    /// Administrators change anybody; others change their own profile. Whoever changes their own
    /// password or e-mail address gives the `current_password` too. A new password ends every open
    /// session; a new address has to be confirmed.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::AdministratorsOnly`] naming the field,
    /// [`Error::RecordNotFound`], [`Error::Stale`], [`Error::Invalid`], [`Error::Conflict`].
    pub async fn update_user(
        &self,
        caller: &Principal,
        target: impl Into<Target> + Send,
        mut body: Map<String, Value>,
    ) -> Result<Record> {
        let target = target.into();
        let object = self.user_object()?;
        let writer = self.writer(caller, target.id, &body)?;
        let current = take_text(&mut body, "current_password")?;
        let password = take_text(&mut body, "password")?;
        let changes = Changes::parse_patch(object, &body)?;
        let stored = self.oltp.read(&writer, object, target.id).await?;
        let text = |name: &str| body.get(name).or_else(|| stored.get(name)).and_then(Value::as_str).unwrap_or_default();
        if caller.user_id == target.id && (password.is_some() || another_address(&stored, text("email"))) {
            self.confirm_password(target.id, current.as_deref()).await?;
        }
        let password = match &password {
            None => None,
            Some(new) => {
                password::check(new, &names(text("username"), text("email")))?;
                Some(NewPassword::counting(self.hasher.hash(new).await?))
            }
        };
        let mut draft = Draft::new(target.id, changes, self.oltp.clock().now());
        draft.expected_version = target.version;
        let event = password.as_ref().map(|_| Event::PasswordSet);
        let write = Write { password, event, ..Write::plain(Verb::Update, draft) };
        self.commit(self.oltp.pool().begin().await?, &writer, write).await?;
        let reader = if caller.user_id == target.id { &writer } else { caller };
        self.oltp.read(reader, object, target.id).await
    }

    /// The catalogue's description of people.
    pub(super) fn user_object(&self) -> Result<&ObjectDef> {
        self.oltp.catalog().object("user").ok_or_else(|| Error::unknown_object("user"))
    }

    /// Whose rights the change is made with: the caller's, or those over their own profile.
    fn writer(&self, caller: &Principal, id: Uuid, body: &Map<String, Value>) -> Result<Principal> {
        let object = self.user_object()?;
        let policy = policy(caller, object);
        if policy.update {
            return Ok(caller.clone());
        }
        if caller.user_id != id {
            let hidden = || Error::not_found(object);
            return Err(if policy.read { Error::not_allowed("update", object) } else { hidden() });
        }
        Self::insist_on_full_rights(caller)?;
        let own = |field: &&String| OWN_FIELDS.contains(&field.as_str()) || field.ends_with("password");
        if let Some(field) = body.keys().find(|field| object.field(field).is_some() && !own(field)) {
            return Err(Error::AdministratorsOnly { verb: format!("change {field}") });
        }
        Ok(Principal { role: Role::Admin, scope: Scope::All, ..caller.clone() })
    }

    /// Makes sure that the person knows their password before they change what guards the account.
    pub(super) async fn confirm_password(&self, user_id: Uuid, current: Option<&str>) -> Result<()> {
        let sql = "select password_hash from user_credentials where user_id = $1";
        let hash: Option<String> = sqlx::query_scalar(sql).bind(user_id).fetch_optional(self.oltp.pool()).await?;
        if hash.is_none() {
            return Ok(());
        }
        let message = "Current password must be given";
        let current = current.ok_or_else(|| Invalid::field("current_password", "required", message))?;
        // Whoever sits at an open session must not find the password by trying.
        let key = user_id.to_string();
        throttle::count(self.oltp.pool(), PASSWORD_TRIES, &key, self.oltp.clock().now()).await?;
        if self.hasher.matches(current, hash).await? {
            return throttle::forget(self.oltp.pool(), PASSWORD_TRIES, &key).await;
        }
        Err(Invalid::field("current_password", "wrong_password", "Current password is not right").into())
    }

    /// Writes the record, the password, the log line and the mails, or nothing.
    ///
    /// A new e-mail address is asked to be confirmed, and the old one is told.
    pub(super) async fn commit(&self, mut tx: PgTransaction<'_>, caller: &Principal, write: Write<'_>) -> Result<()> {
        let Write { verb, draft, password, event, ip, link, elsewhere } = write;
        let object = self.user_object()?;
        let at = self.oltp.clock().now();
        let oltp = &self.oltp;
        let batch = Batch { oltp, catalog: oltp.catalog(), caller, object, verb, journal: Journal::Live, at };
        let id = draft.id;
        let mut drafts = [draft];
        prepare(&mut tx, &batch, &mut drafts).await?;
        if let Some(error) = drafts[0].refused.take() {
            return Err(error);
        }
        match apply(&mut tx, &batch, &drafts).await {
            Ok(_) => {}
            Err(Failure::Other(error)) => return Err(error),
            Err(Failure::Violation(violation)) => {
                tx.rollback().await?;
                let mut connection = self.oltp.pool().acquire().await?;
                return Err(violation.explain(&mut connection, object).await?);
            }
        }
        if let Some(password) = password {
            store_password(&mut tx, id, password, at).await?;
        }
        if let Some(elsewhere) = elsewhere {
            keep_with_address(&mut tx, id, elsewhere, at).await?;
        }
        if let Some(event) = event {
            let detail = json!({ "by": caller.user_id });
            Entry { event, at, user_id: Some(id), ip, detail }.write(&mut *tx).await?;
        }
        let [draft] = &drafts;
        let after = |name: &str| draft.text_after(name).unwrap_or_default();
        let person = Addressee { id, name: after("name"), email: after("email") };
        let old = draft.before("email").as_str().filter(|old| verb == Verb::Update && another(old, person.email));
        if let Some(old) = old {
            self.announce_new_address(&mut tx, &person, old, at).await?;
        }
        if let Some(purpose) = link.or(old.map(|_| Purpose::Confirm)) {
            self.send_link(&mut tx, purpose, &person, at).await?;
        }
        tx.commit().await?;
        self.oltp.people_changed();
        Ok(())
    }
}

/// Keeps a new password and ends every session that was begun with an older one.
pub(super) async fn store_password(
    tx: &mut PgTransaction<'_>,
    user_id: Uuid,
    NewPassword { hash, waits_for_confirmation }: NewPassword,
    at: DateTime<Utc>,
) -> Result<()> {
    end_all_of(tx, &[user_id], "password_set", at).await?;
    let sql = "insert into user_credentials (user_id, password_hash, changed_at, waits_for_confirmation)
               values ($1, $2, $3, $4)
               on conflict (user_id) do update
               set password_hash = $2, changed_at = $3, waits_for_confirmation = $4";
    sqlx::query(sql).bind(user_id).bind(hash).bind(at).bind(waits_for_confirmation).execute(&mut **tx).await?;
    Ok(())
}

/// Whether the record has another e-mail address than this.
fn another_address(stored: &Record, email: &str) -> bool {
    stored.get("email").and_then(Value::as_str).is_some_and(|old| another(old, email))
}

fn another(old: &str, new: &str) -> bool {
    !old.eq_ignore_ascii_case(new)
}

/// What a password of the person must not contain.
pub(super) fn names<'a>(username: &'a str, email: &'a str) -> [&'a str; 2] {
    [username, email.split('@').next().unwrap_or_default()]
}

/// The fields of a new person, with everything that is wrong about them and the password at once.
pub(super) fn checked(
    object: &ObjectDef,
    body: &Map<String, Value>,
    password: Option<&str>,
) -> Result<Changes, Invalid> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let changes = Changes::parse_new(object, body);
    let username = check_username(text("username"));
    let password =
        password.map_or(Ok(()), |password| password::check(password, &names(text("username"), text("email"))));
    let mut refused = Vec::new();
    let named = |name: &str, fields: &[catalog::InvalidField]| fields.iter().any(|field| field.pointer == name);
    if let Err(Invalid(fields)) = &changes {
        refused.extend(fields.iter().cloned());
    }
    if let Err(Invalid(fields)) = username
        && !named("/username", &refused)
    {
        refused.extend(fields);
    }
    if let Err(Invalid(fields)) = password {
        refused.extend(fields);
    }
    if refused.is_empty() { changes } else { Err(Invalid(refused)) }
}

/// A username must not look like an e-mail address, somebody else's above all.
fn check_username(username: &str) -> Result<(), Invalid> {
    let plain = |letter: char| letter.is_alphanumeric() || ['.', '-', '_'].contains(&letter);
    let len = username.chars().count();
    if (2..=60).contains(&len) && username.chars().all(plain) {
        return Ok(());
    }
    let message = "Username must have 2 to 60 letters, digits, dots, dashes or underscores";
    Err(Invalid::field("username", "invalid_username", message))
}

/// Takes a text out of a body; it must be text when it is there.
pub(super) fn take_text(body: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Invalid> {
    match body.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Invalid::field(name, "wrong_type", format!("{name} must be text"))),
    }
}
