//! What is in a mail: the files of a report or dashboard as its recipient sees it.

use catalog::{Fault, FaultKind};
use chrono::{DateTime, Utc};
use oltp::deliveries::DeliveryOutcome;
use query_service::ReadAt;
use report_builder::{
    ReportSpec, RunRequest, Wanted,
    output::{self, OutputFormat},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Deliveries,
    letter::Wish,
    recipient::{Recipient, unreadable},
};
use crate::{
    DashboardFormat,
    mail::{Attachment, file_name},
};

/// What a report can be sent as, in the order in which the files are attached.
const REPORT_FORMATS: [OutputFormat; 3] = [OutputFormat::Pdf, OutputFormat::Xlsx, OutputFormat::Csv];
/// What a dashboard can be sent as.
const DASHBOARD_FORMATS: [DashboardFormat; 2] = [DashboardFormat::Pdf, DashboardFormat::Xlsx];

/// The rendered subject of a schedule.
pub(super) struct Content {
    pub(super) title: String,
    pub(super) as_of: DateTime<Utc>,
    pub(super) files: Vec<Attachment>,
}

impl Deliveries {
    /// Renders under the recipient's rights.
    pub(super) async fn content(
        &self,
        recipient: &Recipient,
        wish: &Wish,
        due_at: DateTime<Utc>,
    ) -> Result<Content, DeliveryOutcome> {
        let day = due_at.with_timezone(&wish.zone).format("%Y-%m-%d").to_string();
        if wish.kind == "dashboard" {
            return self.dashboard(recipient, wish, &day).await;
        }
        self.report(recipient, wish, &day).await
    }

    /// A report over everything that was written until now.
    async fn report(&self, recipient: &Recipient, wish: &Wish, day: &str) -> Result<Content, DeliveryOutcome> {
        let reports = self.parts.dashboards.reports();
        let min_lsn = self.parts.oltp.log_position().await.map_err(|error| unreadable(&error))?;
        let report = self.wanted(recipient, wish).await?;
        let at = ReadAt { min_lsn: Some(min_lsn), ..ReadAt::default() };
        let request = RunRequest { at, zone: wish.zone, ..RunRequest::new(report) };
        let not_rendered = |error: &report_builder::Error| not_rendered(error, wish, recipient);
        let result = reports.run(&recipient.principal, &request).await.map_err(|error| not_rendered(&error))?;
        let (title, as_of) = (result.title.clone(), result.run.as_of);
        let mut files = Vec::new();
        for format in REPORT_FORMATS.into_iter().filter(|format| wish.wants(format.extension())) {
            let bytes = if format == OutputFormat::Pdf {
                let file = reports.export(&recipient.principal, &request, format).await;
                file.map_err(|error| not_rendered(&error))?.bytes
            } else {
                let result = result.clone();
                // Writing a file is work for a thread of its own.
                let written = tokio::task::spawn_blocking(move || output::write(&result, format)).await;
                written.map_err(|error| defect(&error))?.map_err(|error| not_rendered(&error))?
            };
            let name = file_name(&title, day, format.extension());
            files.push(Attachment { name, media_type: format.media_type(), bytes });
        }
        Ok(Content { title, as_of, files })
    }

    async fn dashboard(&self, recipient: &Recipient, wish: &Wish, day: &str) -> Result<Content, DeliveryOutcome> {
        let dashboards = &self.parts.dashboards;
        let not_rendered = |error| not_rendered(&error, wish, recipient);
        let dashboard = dashboards.find(&recipient.principal, &wish.subject).await.map_err(not_rendered)?;
        let as_of = self.parts.oltp.clock().now();
        let mut files = Vec::new();
        for format in DASHBOARD_FORMATS.into_iter().filter(|format| wish.wants(format.extension())) {
            let file = dashboards.export(&recipient.principal, &wish.subject, format).await.map_err(not_rendered)?;
            let name = file_name(&dashboard.title, day, format.extension());
            files.push(Attachment { name, media_type: file.media_type, bytes: file.bytes });
        }
        Ok(Content { title: dashboard.title, as_of, files })
    }

    /// The report; a saved one goes by the name that it was saved under.
    async fn wanted(&self, recipient: &Recipient, wish: &Wish) -> Result<Wanted, DeliveryOutcome> {
        let Ok(id) = Uuid::parse_str(&wish.subject) else {
            return Ok(Wanted::Named(wish.subject.clone()));
        };
        let unknown = || oltp::Error::unknown_object("saved_report");
        let object = self.parts.oltp.catalog().object("saved_report");
        let object = object.ok_or_else(unknown).map_err(|error| unreadable(&error))?;
        let record = self.parts.oltp.read(&recipient.principal, object, id).await;
        let record = record.map_err(|error| not_rendered(&error, wish, recipient))?;
        let spec = ReportSpec::parse(record.get("definition").unwrap_or(&Value::Null));
        let mut spec =
            spec.map_err(|wrong| DeliveryOutcome::Failed(format!("The saved report cannot be run: {wrong}.")))?;
        record.get("name").and_then(Value::as_str).unwrap_or_default().clone_into(&mut spec.title);
        Ok(Wanted::Spec(Box::new(spec)))
    }
}

/// What becomes of a delivery whose subject could not be rendered.
fn not_rendered<E: Fault + 'static>(error: &E, wish: &Wish, recipient: &Recipient) -> DeliveryOutcome {
    let (name, kind, saved) = (&recipient.name, &wish.kind, Uuid::parse_str(&wish.subject).is_ok());
    let fault = error.kind();
    if fault == FaultKind::NotFound && saved {
        return DeliveryOutcome::Refused(format!(
            "{name} may not see the saved {kind}: it is not shared with them, or it was deleted."
        ));
    }
    if fault == FaultKind::Forbidden {
        return DeliveryOutcome::Refused(format!("{name} may not see this {kind}: {error}."));
    }
    if [FaultKind::NotFound, FaultKind::Invalid].contains(&fault) {
        return DeliveryOutcome::Failed(format!("The {kind} cannot be made: {error}."));
    }
    if fault.retryable() {
        return DeliveryOutcome::Later(format!("The {kind} could not be made just now: {error}."));
    }
    defect(error)
}

fn defect(error: &dyn std::error::Error) -> DeliveryOutcome {
    tracing::error!("a scheduled mail could not be rendered: {error:?}");
    DeliveryOutcome::Later("It could not be rendered; the reason is in the server's log.".to_owned())
}
