//! Why rows are rejected, with alike reasons counted together.

use serde::{Deserialize, Serialize};

use super::outcome::Reject;

/// Causes that are told apart; a file with more of them is wrong as a whole.
const MAX_CAUSES: usize = 50;
/// Lines given as examples of a cause.
const MAX_EXAMPLES: usize = 5;

/// One reason for which rows were rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The reason, without the value of a single row.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
    /// The first of their lines.
    pub lines: Vec<u64>,
}

/// Counts further rejects; the most frequent cause comes first.
pub(crate) fn count(causes: &mut Vec<Cause>, rejects: &[Reject]) {
    for reject in rejects {
        let reason = without_values(&reject.reason);
        if let Some(cause) = causes.iter_mut().find(|cause| cause.reason == reason) {
            cause.rows += 1;
            if cause.lines.len() < MAX_EXAMPLES {
                cause.lines.push(reject.line);
            }
        } else if causes.len() < MAX_CAUSES {
            causes.push(Cause { reason, rows: 1, lines: vec![reject.line] }); // the file of rejects has all
        }
    }
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.rows));
}

/// The reason with `…` for what stands between backticks: the value of one row.
fn without_values(reason: &str) -> String {
    let mut parts = reason.split('`');
    let mut general = parts.next().unwrap_or_default().to_owned();
    while let Some(_value) = parts.next() {
        general.push('…');
        general.push_str(parts.next().unwrap_or_default());
    }
    general
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_reasons_are_one_cause() {
        let reject = |line, reason: &str| Reject::of_row(0, line, reason.to_owned());
        let mut causes = Vec::new();

        count(&mut causes, &[reject(2, "email: taken"), reject(3, "amount: `x` is not a number")]);
        count(&mut causes, &[reject(9, "amount: `y` is not a number")]);

        let counted: Vec<_> = causes.iter().map(|c| (c.reason.as_str(), c.rows, c.lines.as_slice())).collect();
        assert_eq!(counted, [("amount: … is not a number", 2, [3, 9].as_slice()), ("email: taken", 1, &[2])]);
    }
}
