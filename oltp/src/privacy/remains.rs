//! The look at the end of an erasure: is anything of the person left?

use catalog::Words;
use sqlx::PgConnection;

use super::{
    Privacy, files,
    order::{Known, Remains},
    texts,
};
use crate::{Error, Result, jobs::Stopped};

impl Privacy {
    /// Everything that is still found, in Postgres, in the stores and in the folders.
    pub(super) async fn remains(&self, known: &Known) -> Result<Vec<Remains>, Stopped> {
        let (words, patterns) = (known.words(), texts::patterns(&known.sought.words));
        let mut tx = self.oltp().pool().begin().await?;
        let mut remains = in_postgres(&mut tx, known, (&words, &patterns)).await?;
        tx.rollback().await?;
        let order = known.order(self.oltp().catalog());
        for copies in &self.inner.copies {
            remains.extend(copies.remains(&order).await?);
        }
        let folders = self.inner.folders.clone();
        let looked = tokio::task::spawn_blocking(move || files::remains(&folders, &words)).await;
        let in_files = looked.unwrap_or_else(|died| Err(std::io::Error::other(died)));
        remains.extend(in_files.map_err(files::broken)?);
        Ok(remains)
    }
}

async fn in_postgres(
    tx: &mut PgConnection,
    known: &Known,
    (words, patterns): (&Words, &[String]),
) -> Result<Vec<Remains>> {
    let mut remains = texts::remains(tx, (words, patterns)).await?;
    let mentioned: Vec<(i64, serde_json::Value, String, Option<String>)> =
        sqlx::query_as(include_str!("../../sql/audit_mentions.sql")).bind(patterns).fetch_all(&mut *tx).await?;
    let told = mentioned.iter().filter(|(_, changes, actor, source)| {
        let source = source.as_deref().unwrap_or_default();
        texts::taken_out(words, changes).is_some() || words.found_in(actor) || words.found_in(source)
    });
    remains.push(Remains { place: "audit_log".to_owned(), count: number(told.count())? });
    let answers: i64 = sqlx::query_scalar(include_str!("../../sql/kept_answers.sql"))
        .bind(answer_patterns(known))
        .fetch_one(&mut *tx)
        .await?;
    remains.push(Remains { place: "idempotency_keys".to_owned(), count: answers });
    remains.retain(|remains| remains.count > 0);
    Ok(remains)
}

/// Patterns by which answers that are kept for repetition are found, in the form in which Postgres prints
/// bytes: a backslash and three octal digits for what is no ASCII.
pub(super) fn answer_patterns(known: &Known) -> Vec<String> {
    let ids = known.subject.ids().into_iter().map(|id| id.to_string());
    let words = known.sought.words.iter().map(|word| {
        let letter = |byte: u8| match byte {
            b'%' | b'_' => format!("\\{}", char::from(byte)),
            // Once for the printed form, once for the pattern.
            b'\\' => r"\\\\".to_owned(),
            byte if byte.is_ascii() => char::from(byte).to_string(),
            byte => format!(r"\\{byte:03o}"),
        };
        word.bytes().map(letter).collect::<String>()
    });
    ids.chain(words).map(|text| format!("%{text}%")).collect()
}

fn number(count: usize) -> Result<i64> {
    i64::try_from(count).map_err(|_too_many| Error::Broken("more entries than can be counted".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_sought_as_postgres_prints_them() {
        let mut known = Known::default();
        known.sought.words = vec!["Zoë_1".to_owned()];

        assert_eq!(answer_patterns(&known), [r"%Zo\\303\\253\_1%"]);
    }
}
