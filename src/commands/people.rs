//! `user`: people and API tokens.

use std::io::BufRead;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{UserCommand, print, say},
    client::Client,
    config::Config,
};

/// Runs one `user` command.
///
/// # Errors
/// The server is away or refuses.
pub(super) async fn run(config: &Config, command: UserCommand) -> anyhow::Result<Outcome> {
    let client = Client::find(&config.data_dir)?;
    match command {
        UserCommand::Add { username, email, name, role, password_stdin } => {
            let password = if password_stdin { password_from_input()? } else { oltp::identity::random_password() };
            let name = name.unwrap_or_else(|| username.clone());
            let body = json!({"username": username, "email": email, "name": name, "role": role, "password": password});
            client.post("/api/users", &body).await?;
            say(&format!("added {username} ({role})"));
            if !password_stdin {
                say("the password is printed once; hand it over safely:");
                print(&password)?;
            }
        }
        UserCommand::List => {
            let columns = ["username", "name", "role", "email", "status"];
            let mut table = crate::cli::table(columns);
            let mut cursor: Option<String> = None;
            loop {
                let page = user_page(&client, cursor.as_deref()).await?;
                for user in page.get("items").and_then(Value::as_array).into_iter().flatten() {
                    table.add_row(columns.map(|key| user.get(key).and_then(Value::as_str).unwrap_or("")));
                }
                cursor = page.get("next").and_then(Value::as_str).map(str::to_owned);
                if cursor.is_none() {
                    break;
                }
            }
            print(&table.to_string())?;
        }
        UserCommand::Token { username, name, days } => {
            let client = client.acting_as(Some(&username));
            let answer = client.post("/api/auth/tokens", &json!({"name": name, "expires_in_days": days})).await?;
            let token = answer.get("token").and_then(Value::as_str).context("the server sent no token")?;
            say("the token is printed once:");
            print(token)?;
        }
    }
    Ok(Outcome::Done)
}

async fn user_page(client: &Client, cursor: Option<&str>) -> anyhow::Result<Value> {
    let mut query = vec![("limit", "200"), ("sort", "username")];
    query.extend(cursor.map(|cursor| ("cursor", cursor)));
    let request = client.request(reqwest::Method::GET, "/api/users").query(&query);
    Ok(client.send(request).await?.json().await?)
}

fn password_from_input() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("cannot read the password from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("the first line of standard input must be the password");
    }
    Ok(password)
}
