//! One call, and the loop that makes them.

use std::time::{Duration, Instant};

use reqwest::{Client, header, redirect};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{
    Webhooks, address,
    claim::{Claimed, Outcome},
    signature,
};
use crate::Result;

/// Longest time to connect, and for the whole call.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Calls at once; a slow receiver takes one of them.
const AT_ONCE: usize = 4;
/// How often the queue is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Webhooks {
    /// Makes every call that is due and answers how many there were.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); what was not told is due again later.
    pub async fn send_due(&self) -> Result<usize> {
        let one = async || -> Result<usize> {
            let mut count = 0;
            while let Some(claimed) = self.claim().await? {
                self.deliver(&claimed).await?;
                count += 1;
            }
            Ok(count)
        };
        let counts = futures::future::join_all((0..AT_ONCE).map(|_| one())).await;
        counts.into_iter().sum()
    }

    /// Makes calls until it is told to stop.
    pub async fn keep_sending(self, stop: CancellationToken) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = self.send_due().await {
                tracing::warn!("webhooks wait: {error}");
            }
        }
    }

    async fn deliver(&self, claimed: &Claimed) -> Result<()> {
        let started = Instant::now();
        let outcome = match self.payload(claimed).await? {
            Ok(body) => self.call(claimed, body.to_string().into_bytes()).await,
            Err(reason) => Outcome::Refused(reason),
        };
        let took_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.finish(claimed, &outcome, took_ms).await
    }

    /// Calls the receiver; nothing of the answer but its status is read.
    async fn call(&self, claimed: &Claimed, body: Vec<u8>) -> Outcome {
        let failed = |error: &str| Outcome::Failed { answered: None, error: error.to_owned() };
        let target = match address::checked(&claimed.url, &self.inner.allowed) {
            Ok(target) => target,
            Err((code, _)) => return failed(code),
        };
        let addresses = match target.resolved().await {
            Ok(addresses) => addresses,
            Err(reason) => return failed(reason),
        };
        // A client of its own, bound to the addresses that were checked: the name is not looked up again.
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .resolve_to_addrs(target.host(), &addresses)
            .build();
        let Ok(client) = client else { return failed("the call could not be prepared") };
        let timestamp = self.oltp().clock().now().timestamp();
        let id = claimed.id.to_string();
        let secrets: Vec<&[u8]> =
            [Some(claimed.secret.as_slice()), claimed.old_secret.as_deref()].into_iter().flatten().collect();
        let request = client
            .post(target.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Leadhouse-Webhooks/1")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature::signatures(&secrets, &id, timestamp, &body))
            .body(body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Outcome::Taken(answer.status().as_u16()),
            Ok(answer) if answer.status().is_redirection() => Outcome::Failed {
                answered: Some(answer.status().as_u16()),
                error: "redirects are not followed".to_owned(),
            },
            Ok(answer) => Outcome::Failed { answered: Some(answer.status().as_u16()), error: "not taken".to_owned() },
            Err(error) if error.is_timeout() => failed("no answer in time"),
            Err(error) if error.is_connect() => failed("no connection"),
            Err(_) => failed("the call broke off"),
        }
    }
}
