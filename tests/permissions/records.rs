//! Everything that is done with records, as every person: what the policy says is what is answered.

use catalog::ObjectDef;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::{
    office::{NOBODY, Office, Person},
    operation::Operation,
    samples::Samples,
};

/// The records of one object that are looked at.
struct Target<'a> {
    object: &'a ObjectDef,
    owner: Option<Uuid>,
    live: String,
    binned: Option<String>,
    /// What the interface has for the object.
    operations: Vec<Operation>,
}

impl Target<'_> {
    fn id(&self, operation: Operation) -> &str {
        match &self.binned {
            Some(binned) if operation == Operation::Restore => binned,
            _ => &self.live,
        }
    }
}

/// The sweep over records, and everything that was answered otherwise than the policy says.
struct Sweep {
    office: Office,
    samples: Samples,
    wrong: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_person_may_do_with_records_what_the_policy_says_and_no_more() {
    let mut sweep = Sweep { office: Office::open().await, samples: Samples::default(), wrong: Vec::new() };
    let objects = sweep.office.oltp.catalog().objects.clone();
    let described = sweep.office.described();
    let people = sweep.office.people.clone();

    for object in &objects {
        let target = sweep.target(object, &described).await;
        for person in &people {
            sweep.check_refusals(&target, person).await;
        }
        for person in &people {
            sweep.check_what_is_allowed(&target, person).await;
        }
    }

    assert!(sweep.wrong.is_empty(), "{} answers are wrong:\n{}", sweep.wrong.len(), sweep.wrong.join("\n"));
}

impl Sweep {
    /// Two records of Ben's, one of them in the bin if records of the object can go there.
    async fn target<'a>(&mut self, object: &'a ObjectDef, described: &[(Method, String)]) -> Target<'a> {
        let Self { office, samples, .. } = self;
        let (ada, ben) = (office.person("ada"), office.person("ben"));
        let live = samples.make(office, object, &ben.principal).await;
        let other = samples.make(office, object, &ben.principal).await;
        let (status, _) = as_person(office, ada, Operation::Delete, (object, &other), None).await;
        let is_there = |operation: &Operation| described.contains(&(operation.method(), operation.path(object)));
        Target {
            object,
            owner: object.field("owner_id").map(|_| ben.principal.user_id),
            live,
            binned: status.is_success().then_some(other),
            operations: Operation::ALL.into_iter().filter(is_there).collect(),
        }
    }

    /// What the policy refuses is refused, tells nothing, and leaves everything as it was.
    async fn check_refusals(&mut self, target: &Target<'_>, person: &Person) {
        let before = state(&self.office, target).await;
        for &operation in &target.operations {
            let Some(refusal) = operation.refusal(target.object, target.owner, person) else { continue };
            let (status, answer, body) = self.ask(operation, target, person).await;
            let name = format!("{} {operation:?} {}: {status}", person.name, target.object.name);
            if status != refusal {
                self.wrong.push(format!("{name} instead of {refusal}: {answer}"));
            }
            if refusal == StatusCode::NOT_FOUND && operation.about_one() {
                let random = (target.object, &*NOBODY.to_string());
                let (_, absent) = as_person(&self.office, person, operation, random, body.as_ref()).await;
                if told(answer.clone()) != told(absent.clone()) {
                    self.wrong.push(format!("{name} tells {answer}, and of what is not there {absent}"));
                }
            }
        }
        if state(&self.office, target).await != before {
            self.wrong.push(format!("{} changed {}", person.name, target.object.name));
        }
    }

    /// What the policy allows is not refused; the administrator and the owner succeed, so that no
    /// refusal is a coincidence.
    async fn check_what_is_allowed(&mut self, target: &Target<'_>, person: &Person) {
        for &operation in &target.operations {
            let allowed = operation.refusal(target.object, target.owner, person).is_none();
            if !allowed || operation == Operation::Restore && target.binned.is_none() {
                continue;
            }
            let (status, answer, _) = self.ask(operation, target, person).await;
            let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status);
            let strong = operation.whole() && ["ada", "ben"].contains(&person.name);
            let done = status.is_success() || status == StatusCode::CONFLICT;
            if refused || status.is_server_error() || strong && !done {
                let name = &target.object.name;
                self.wrong.push(format!("{} {operation:?} {name}: {status} {answer}", person.name));
            }
            put_back(&self.office, operation, target, status).await;
        }
    }

    async fn ask(
        &mut self,
        operation: Operation,
        target: &Target<'_>,
        person: &Person,
    ) -> (StatusCode, Value, Option<Value>) {
        let body = if operation == Operation::Create {
            Some(self.samples.body(&self.office, target.object, &person.principal).await)
        } else {
            operation.body()
        };
        let about = (target.object, target.id(operation));
        let (status, answer) = as_person(&self.office, person, operation, about, body.as_ref()).await;
        (status, answer, body)
    }
}

/// The next person finds the records where this one found them.
async fn put_back(office: &Office, operation: Operation, target: &Target<'_>, status: StatusCode) {
    let opposite = if operation == Operation::Delete { Operation::Restore } else { Operation::Delete };
    if status.is_success() && matches!(operation, Operation::Delete | Operation::Restore) {
        let (status, answer) =
            as_person(office, office.person("ada"), opposite, (target.object, target.id(operation)), None).await;
        assert!(status.is_success(), "{} {opposite:?}: {answer}", target.object.name);
    }
}

async fn as_person(
    office: &Office,
    person: &Person,
    operation: Operation,
    (object, id): (&ObjectDef, &str),
    body: Option<&Value>,
) -> (StatusCode, Value) {
    let mut path = operation.path(object).replace("{id}", id);
    if operation == Operation::Values {
        path.push_str("?field=created_at");
    }
    office.ask(Some(&person.token), &operation.method(), &path, body).await
}

/// The record as stored, how often it was written, and how many there are.
async fn state(office: &Office, target: &Target<'_>) -> (Value, Value, Value) {
    let (ada, table) = (office.person("ada"), &target.object.table);
    let record = office.get(ada, &format!("/api/{table}/{}", target.live)).await;
    let history = office.get(ada, &format!("/api/{table}/{}/audit", target.live)).await;
    let list = format!("/api/{table}?total=true&limit=1");
    (record, history, office.get(ada, &list).await["total"].clone())
}

/// A problem without the id of its request.
fn told(mut problem: Value) -> String {
    if let Some(problem) = problem.as_object_mut() {
        problem.remove("instance");
    }
    problem.to_string()
}
