//! The commands' side of HTTP: finds the running server and turns its problems into sentences.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::ServerVariables;

/// Name of the file in which a running server says where it is; readable by its owner only.
pub(crate) const SERVER_FILE: &str = "server.json";
/// Folder beside the workspace's data folder that holds the demo workspace.
pub(crate) const DEMO_SUFFIX: &str = "-demo";

/// Where a running server is and how to talk to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ServerFile {
    /// Base address, without a slash at the end.
    pub(crate) url: String,
    /// Token that acts for the administrator of this machine.
    pub(crate) token: String,
    /// Process id of the server.
    pub(crate) pid: u32,
}

/// A connection to the server that commands talk to.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    as_user: Option<String>,
}

/// An answer with what its headers say about the data behind it.
#[derive(Debug)]
pub(crate) struct DataAnswer {
    /// The body in the format that was asked for.
    pub(crate) body: Vec<u8>,
    /// One line about engine, freshness and position, empty if the server said nothing.
    pub(crate) about: String,
}

impl Client {
    /// Finds the server: the environment first, then the server files of this workspace and of the demo.
    ///
    /// # Errors
    /// No server is running; says how to start one.
    pub(crate) fn find(data_dir: &Path) -> anyhow::Result<Self> {
        let variables = ServerVariables::read();
        if let Some(url) = variables.url {
            let token = variables.token.context("LEADHOUSE_URL is set, so LEADHOUSE_TOKEN must be too")?;
            return Ok(Self::new(&url, &token));
        }
        let running = [data_dir.to_owned(), demo_dir(data_dir)].into_iter().find_map(|dir| {
            let text = fs::read_to_string(dir.join(SERVER_FILE)).ok()?;
            let server: ServerFile = serde_json::from_str(&text).ok()?;
            alive(server.pid).then_some(server)
        });
        let server = running.ok_or_else(|| {
            anyhow!(
                "no server is running for {}; start one with `leadhouse serve` or `leadhouse demo`, \
                 or set LEADHOUSE_URL and LEADHOUSE_TOKEN",
                data_dir.display()
            )
        })?;
        Ok(Self::new(&server.url, &server.token))
    }

    /// A client for a known address.
    pub(crate) fn new(url: &str, token: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            as_user: None,
        }
    }

    /// The same client, acting as another person.
    #[must_use]
    pub(crate) fn acting_as(mut self, user: Option<&str>) -> Self {
        self.as_user = user.map(str::to_owned);
        self
    }

    /// Asks for JSON.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let response = self.send(self.request(reqwest::Method::GET, path)).await?;
        Ok(response.json().await?)
    }

    /// Sends JSON and reads JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let response = self.send(self.request(reqwest::Method::POST, path).json(body)).await?;
        let text = response.text().await?;
        if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }

    /// Sends JSON and reads an answer in the format the body asked for.
    pub(crate) async fn post_for_data(&self, path: &str, body: &Value) -> anyhow::Result<DataAnswer> {
        let response = self.send(self.request(reqwest::Method::POST, path).json(body)).await?;
        let about = about(response.headers());
        Ok(DataAnswer { body: response.bytes().await?.to_vec(), about })
    }

    /// A request that carries the token.
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        match &self.as_user {
            Some(user) => request.header("x-leadhouse-as", user),
            None => request,
        }
    }

    /// Sends a request; a problem becomes an error that says what the server said.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<reqwest::Response> {
        let response = request.send().await.with_context(|| format!("cannot reach the server at {}", self.url))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        bail!("{}", problem_text(status.as_u16(), &body));
    }
}

/// The folder of the demo workspace that belongs to a data folder.
pub(crate) fn demo_dir(data_dir: &Path) -> PathBuf {
    let mut name = data_dir.file_name().unwrap_or_default().to_owned();
    name.push(DEMO_SUFFIX);
    data_dir.with_file_name(name)
}

fn alive(pid: u32) -> bool {
    let Ok(pid) = i32::try_from(pid) else { return false };
    // Signal 0 asks whether the process exists; not being allowed to signal it means that it does.
    !matches!(nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None), Err(nix::errno::Errno::ESRCH))
}

fn problem_text(status: u16, body: &Value) -> String {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let mut message =
        text("detail").or_else(|| text("title")).map_or_else(|| format!("HTTP status {status}"), str::to_owned);
    for field in body.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let part = |key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default();
        let line = format!("\n  {}: {}", part("pointer").trim_start_matches('/'), part("message"));
        message.push_str(&line);
    }
    message
}

fn about(headers: &reqwest::header::HeaderMap) -> String {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let engine = header("x-leadhouse-engine").map(|value| format!("engine {value}"));
    let as_of = header("x-leadhouse-as-of").map(|value| format!("as of {value}"));
    let lsn = header("x-leadhouse-lsn").map(|value| format!("LSN {value}"));
    let lag = header("x-leadhouse-lag-ms").map(|value| format!("lag {value} ms"));
    let elapsed = header("x-leadhouse-elapsed-ms").map(|value| format!("{value} ms"));
    [engine, as_of, lsn, lag, elapsed].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn problems_name_the_refused_fields() {
        let body = json!({"detail": "2 fields are not valid", "errors": [{"pointer": "/amount", "message": "must be a number"}]});

        assert_eq!(problem_text(422, &body), "2 fields are not valid\n  amount: must be a number");
        assert_eq!(problem_text(502, &Value::Null), "HTTP status 502");
    }

    #[test]
    fn the_demo_lives_beside_the_workspace() {
        assert_eq!(demo_dir(Path::new("/data/crm")), Path::new("/data/crm-demo"));
    }
}
