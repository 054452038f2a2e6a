//! `GET /api/events`: changes as they happen, as server-sent events.
//!
//! `event: change` carries a [`ChangeEvent`]; `event: job` says how far a job of one's own is;
//! `event: resync` says that something may have been
//! missed and what is on screen should be read again. A stream ends after [`MAX_AGE`], and when
//! people or teams change, because it carries the rights of the moment it was opened: the client
//! opens it again with `last-event-id` and is told to resync.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use catalog::Principal;
use futures::{Stream, StreamExt, stream};
use utoipa::OpenApi;

use crate::{
    Oltp,
    feed::{Action, ChangeEvent, Heard, News, Subscription},
    http::{Caller, Problem},
};

/// Silence after which a comment keeps proxies from closing the connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Longest life of a stream; sign-ins that ended meanwhile are noticed then.
const MAX_AGE: Duration = Duration::from_mins(10);
/// How soon a client should come back.
const RETRY: Duration = Duration::from_secs(1);
/// Tells nginx not to collect the stream.
const NO_BUFFERING: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new().route("/api/events", get(events)).with_state(oltp.clone())
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(events), components(schemas(ChangeEvent, Action)))]
struct Description;

/// Hear of changes as they happen
///
/// Only changes of records that you may see; a record that leaves your sight is told as deleted.
/// After `event: resync`, read again what you show.
#[utoipa::path(
    get, path = "/api/events", tag = "Events", operation_id = "followEvents", security(("bearer" = [])),
    responses(
        (status = 200, description = "Events `change`, `job` (id, state, done, total and problems of one of your jobs) and `resync`", body = ChangeEvent, content_type = "text/event-stream"),
        (status = 401, description = "Nobody is signed in"),
        (status = 429, description = "Too many streams are open"),
    )
)]
async fn events(State(oltp): State<Oltp>, Caller(caller): Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let subscription = oltp.feed().subscribe(&oltp).await?;
    let returning = headers.contains_key("last-event-id");
    let follower = Follower { oltp, caller, subscription, told: 0, ended: false };
    let greeting = Event::default().retry(RETRY);
    let greeting = if returning { resync(greeting, 0) } else { greeting.comment("listening") };
    let told = stream::once(async move { greeting })
        .chain(follower.stream())
        .take_until(tokio::time::sleep(MAX_AGE))
        .map(Ok::<_, Infallible>);
    let answer = Sse::new(told).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("heartbeat"));
    Ok(([(header::CACHE_CONTROL, "no-store"), (NO_BUFFERING.0, NO_BUFFERING.1)], answer).into_response())
}

/// One person's stream.
struct Follower {
    oltp: Oltp,
    caller: Principal,
    subscription: Subscription,
    told: u64,
    ended: bool,
}

impl Follower {
    fn stream(self) -> impl Stream<Item = Event> {
        stream::unfold(self, |mut follower| async move { follower.next().await.map(|event| (event, follower)) })
    }

    async fn next(&mut self) -> Option<Event> {
        while !self.ended {
            let notice = match self.subscription.next().await {
                Heard::Change(notice) => notice,
                Heard::News(news) => {
                    if let Some(event) = self.news(&news) {
                        return Some(event);
                    }
                    continue;
                }
                Heard::Gap => return Some(self.resync()),
                Heard::End => return None,
            };
            if notice.about_people() {
                // Another server may have written it; what this one remembers is old then.
                self.oltp.people_changed();
                self.ended = true;
                return Some(self.resync());
            }
            if let Some(theirs) = notice.about_collaboration(&self.caller) {
                self.oltp.people_changed();
                if theirs {
                    self.ended = true;
                    return Some(self.resync());
                }
                continue;
            }
            if let Some(event) = notice.for_caller(&self.caller, self.oltp.catalog())
                && let Ok(event) = Event::default().event("change").id(self.number()).json_data(event)
            {
                return Some(event);
            }
        }
        None
    }

    fn news(&mut self, news: &News) -> Option<Event> {
        let event = Event::default().event(&news.event).json_data(&news.data).ok();
        event.filter(|_| news.for_caller(&self.caller)).map(|event| event.id(self.number()))
    }

    fn resync(&mut self) -> Event {
        self.told += 1;
        resync(Event::default(), self.told)
    }

    fn number(&mut self) -> String {
        self.told += 1;
        self.told.to_string()
    }
}

fn resync(event: Event, number: u64) -> Event {
    event.event("resync").id(number.to_string()).data("{}")
}
