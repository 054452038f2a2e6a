//! The statements behind the figures; only days and table names are put into them.

use chrono::NaiveDate;

use super::{Interval, Subject};

/// Days that are looked at, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

impl Span {
    /// The condition that a moment lies in the span.
    fn holds(self, moment: &str) -> String {
        let until = self.to.succ_opt().unwrap_or(self.to);
        format!("{moment} >= timestamp '{} 00:00:00Z' and {moment} < timestamp '{until} 00:00:00Z'", self.from)
    }

    /// The condition that a day lies in the span.
    fn has(self, day: &str) -> String {
        format!("{day} between date '{}' and date '{}'", self.from, self.to)
    }
}

impl Subject {
    fn table(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Companies => "companies",
        }
    }

    /// Rows of another table with the subject they are about, as `subject_id`; what is about a
    /// person is about their company too.
    fn rows_about(self, table: &str, columns: &str) -> String {
        match self {
            Self::Contacts => format!("select r.contact_id as subject_id, {columns} from {table} r"),
            Self::Companies => format!(
                "select coalesce(r.company_id, c.company_id) as subject_id, {columns} from {table} r \
                 left join contacts c on c.id = r.contact_id"
            ),
        }
    }

    /// Interactions in the span with a subject that the caller sees.
    fn interactions(self, span: Span) -> String {
        let rows = self.rows_about("activities", "r.kind, r.direction, r.occurred_at");
        format!(
            "select i.subject_id, s.name, i.kind, i.direction, i.occurred_at from ({rows}) i \
             join {table} s on s.id = i.subject_id where {span}",
            table = self.table(),
            span = span.holds("i.occurred_at"),
        )
    }
}

/// One row.
pub(super) fn records(subject: Subject, span: Span) -> String {
    format!(
        "select count(*) as total, count(*) filter (where {created}) as created, \
         count(*) filter (where lifecycle = 'customer') as customers from {table}",
        created = span.holds("created_at"),
        table = subject.table(),
    )
}

/// One row per kind.
pub(super) fn interactions(subject: Subject, span: Span) -> String {
    format!(
        "select kind, count(*) as interactions, count(distinct subject_id) as records from ({}) \
         group by kind order by 2 desc, 1",
        subject.interactions(span)
    )
}

/// One row per period with interactions.
pub(super) fn periods(subject: Subject, span: Span, interval: Interval) -> String {
    let unit = match interval {
        Interval::Week => "week",
        Interval::Month => "month",
    };
    format!(
        "select cast(cast(date_trunc('{unit}', occurred_at) as date) as varchar) as period, count(*) as interactions, \
         count(distinct subject_id) as records from ({}) group by 1 order by 1",
        subject.interactions(span)
    )
}

/// One row.
pub(super) fn engagement(subject: Subject, span: Span) -> String {
    format!(
        "select count(distinct subject_id) as active, \
         count(distinct case when direction = 'inbound' then subject_id end) as answering, \
         count(*) as interactions, count(*) filter (where direction = 'inbound') as inbound, \
         count(*) filter (where direction = 'outbound') as outbound from ({})",
        subject.interactions(span)
    )
}

/// One row per currency.
pub(super) fn performance(subject: Subject, span: Span) -> String {
    let rows = subject.rows_about("deals", "r.status, r.currency, r.amount, r.closed_on");
    let (won, lost) = (format!("d.status = 'won' and {}", span.has("d.closed_on")), span.has("d.closed_on"));
    let sum = |condition: &str| {
        let sum = format!("sum(case when {condition} then coalesce(d.amount, 0) else 0 end)");
        format!("cast(cast({sum} as decimal(38, 2)) as varchar)")
    };
    format!(
        "select d.currency, count(*) filter (where {won}) as won, \
         count(*) filter (where d.status = 'lost' and {lost}) as lost, {won_amount} as won_amount, \
         count(*) filter (where d.status = 'open') as open, {open_amount} as open_amount \
         from ({rows}) d join {table} s on s.id = d.subject_id group by d.currency order by d.currency",
        won_amount = sum(&won),
        open_amount = sum("d.status = 'open'"),
        table = subject.table(),
    )
}

/// One row per subject, the most active first.
pub(super) fn top(subject: Subject, span: Span, limit: usize) -> String {
    format!(
        "select subject_id as id, name, count(*) as interactions, \
         cast(cast(max(occurred_at) as date) as varchar) as last_on \
         from ({}) group by subject_id, name order by 3 desc, 4 desc, 1 limit {limit}",
        subject.interactions(span)
    )
}
