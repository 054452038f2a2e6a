//! `doctor`: is everything there and well?

use query_service::worker::sandbox::Confinement;

use super::Outcome;
use crate::{
    app::{self, Database},
    cli::print,
    config::Config,
    worker,
};

/// Prints one line per check.
///
/// # Errors
/// The database cannot be started or reached at all.
pub(super) async fn run(config: &Config) -> anyhow::Result<Outcome> {
    let mut table = crate::cli::table(["check", "result", "what to do"]);
    let mut well = true;
    let running = crate::client::Client::find(&config.data_dir).is_ok();
    if running {
        table.add_row(["server", "running", ""]);
    }
    well &= confinement(&mut table).await;
    // A running server owns the embedded database; asking it again would start a second one.
    if running && config.database_url.is_none() {
        well &= mail(config, &mut table).await;
        print(&table.to_string())?;
        return Ok(if well { Outcome::Done } else { Outcome::No });
    }
    let database = Database::open(config).await?;
    let oltp = app::connect(&database).await?;
    for check in oltp.requirements().await? {
        well &= check.met;
        let result = if check.met { format!("ok: {}", check.found) } else { format!("FAILED: {}", check.found) };
        table.add_row([check.name, &result, if check.met { "" } else { check.advice }]);
    }
    oltp.pool().close().await;
    database.close().await?;
    well &= mail(config, &mut table).await;
    print(&table.to_string())?;
    Ok(if well { Outcome::Done } else { Outcome::No })
}

/// Whether scheduled mail can go out; a workspace without a mail server is well, but says so.
async fn mail(config: &Config, table: &mut comfy_table::Table) -> bool {
    let mailer = match app::mailer(&config.mail) {
        Ok(Some(mailer)) => mailer,
        Ok(None) => {
            let advice = "schedules wait until smtp_url is set in [mail], or LEADHOUSE_SMTP_URL";
            table.add_row(["mail server", "not configured", advice]);
            return true;
        }
        Err(wrong) => {
            table.add_row(["mail server", &format!("FAILED: {wrong}"), "repair [mail] in the configuration"]);
            return false;
        }
    };
    match mailer.check().await {
        Ok(()) => {
            table.add_row(["mail server", "ok", ""]);
            true
        }
        Err(away) => {
            table.add_row(["mail server", &format!("FAILED: {away}"), "nothing is lost; mail waits until it answers"]);
            false
        }
    }
}

/// Whether people's own statements can run, how well their processes are confined, and what would be better.
async fn confinement(table: &mut comfy_table::Table) -> bool {
    let probed = async {
        let scratch = tempfile::tempdir()?;
        anyhow::Ok(query_service::worker::probe(&worker::program()?, scratch.path()).await?)
    };
    let (found, advice) = match probed.await {
        Ok(Confinement::Full) => ("ok: limited, and confined by Landlock", ""),
        Ok(Confinement::Partial) => (
            "ok: limited, and partly confined by Landlock",
            "Linux 6.12 or newer also keeps them from the network and from other processes",
        ),
        Ok(Confinement::None) => {
            ("limited, but not confined: no Landlock", "use a kernel with Landlock (Linux 5.13 or newer, lsm=landlock)")
        }
        Err(error) => {
            let advice = "people's own SQL cannot run; see the log of the server";
            table.add_row(["processes of SQL statements", &format!("FAILED: {error:#}"), advice]);
            return false;
        }
    };
    table.add_row(["processes of SQL statements", found, advice]);
    true
}
