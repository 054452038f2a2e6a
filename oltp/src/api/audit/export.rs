//! The audit log as a file of lines.

use bytes::Bytes;
use catalog::{Principal, spreadsheet::csv_line};
use futures::{Stream, StreamExt, stream};

use crate::{
    Oltp, Result,
    audit::{AuditLine, AuditQuery},
};

/// Entries of one export; more is a copy of the database.
const MAX_LINES: usize = 100_000;
/// Entries read at once.
const PER_PAGE: u32 = 1_000;

const COLUMNS: [&str; 11] =
    ["id", "at", "actor_id", "actor", "action", "object", "record_id", "version", "changes", "source", "request_id"];

/// The lines of a CSV file; that it was taken is noted in the log itself.
///
/// # Errors
/// As [`Oltp::audit_lines`]; later failures end the file early.
pub(super) async fn lines(
    oltp: Oltp,
    caller: Principal,
    query: AuditQuery,
) -> Result<impl Stream<Item = Result<Bytes>> + Send + 'static> {
    let query = AuditQuery { limit: Some(PER_PAGE), ..query };
    let first = oltp.audit_lines(&caller, &query).await?;
    oltp.note_audit_export(&caller).await?;
    let head = stream::once(async { Ok(Bytes::from(csv_line(COLUMNS))) });
    let state = (oltp, caller, query, Some(first), 0);
    let pages = stream::try_unfold(state, |(oltp, caller, mut query, page, count)| async move {
        let Some(page) = page else { return Ok(None) };
        let text: String = page.items.iter().map(line).collect();
        let count = count + page.items.len();
        query.cursor = page.next.and_then(|next| next.parse().ok()).filter(|_| count < MAX_LINES);
        let next = match query.cursor {
            Some(_) => Some(oltp.audit_lines(&caller, &query).await?),
            None => None,
        };
        Ok(Some((Bytes::from(text), (oltp, caller, query, next, count))))
    });
    Ok(head.chain(pages))
}

fn line(entry: &AuditLine) -> String {
    let cells = [
        entry.id.to_string(),
        entry.at.to_rfc3339(),
        entry.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.actor_name.clone(),
        entry.action.clone(),
        entry.object.clone(),
        entry.record_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.version.map(|version| version.to_string()).unwrap_or_default(),
        entry.changes.to_string(),
        entry.source.clone().unwrap_or_default(),
        entry.request_id.clone().unwrap_or_default(),
    ];
    csv_line(cells.iter().map(String::as_str))
}
