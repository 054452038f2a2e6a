//! How the providers of the configuration are asked over the network.

use std::{pin::Pin, time::Duration};

use futures::StreamExt;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};

/// Longest time for one question.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer: discovery documents and key sets have a few kilobytes.
const MOST_BYTES: usize = 1024 * 1024;

/// Asks providers; follows no redirection, so that it goes nowhere but where the configuration says.
#[derive(Debug, Clone)]
pub(super) struct Transport(reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransportError {
    #[error("the provider cannot be asked")]
    Network(#[from] reqwest::Error),
    #[error("the answer of the provider is no answer")]
    Malformed(#[from] http::Error),
    #[error("the answer of the provider is larger than {MOST_BYTES} bytes")]
    TooLarge,
}

impl Transport {
    /// # Panics
    /// Never: these settings are always possible.
    pub(super) fn new() -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(TIMEOUT).build();
        Self(client.unwrap_or_default())
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.0.execute(reqwest::Request::try_from(request)?).await?;
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > MOST_BYTES {
                return Err(TransportError::TooLarge);
            }
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}
