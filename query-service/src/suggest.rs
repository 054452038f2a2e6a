//! What somebody probably meant when a name does not exist.

use datafusion::common::utils::datafusion_strsim::levenshtein;

/// Suggestions in one message.
const MAX_SUGGESTIONS: usize = 3;

/// The names closest to `unknown`, best first; none if nothing is close.
pub(crate) fn closest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let unknown = unknown.to_lowercase();
    let limit = (unknown.chars().count() / 3).max(2);
    let mut scored: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| {
            let distance = levenshtein(&unknown, &name.to_lowercase());
            let contained = unknown.len() > 2 && (name.contains(&unknown) || unknown.contains(name));
            (if contained { distance.min(limit) } else { distance }, name)
        })
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(MAX_SUGGESTIONS).map(|(_, name)| name).collect()
}

/// The end of a message: `; did you mean `a` or `b`?`, or `alternatives` when nothing is close.
pub(crate) fn hint(suggestions: &[&str], alternatives: &str) -> String {
    if suggestions.is_empty() {
        return alternatives.to_owned();
    }
    let names: Vec<String> = suggestions.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", names.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_come_first_and_far_ones_not_at_all() {
        let tables = ["deals", "leads", "companies", "deals_history"];

        assert_eq!(closest("deal", tables), ["deals", "deals_history"]);
        assert_eq!(closest("Compnies", tables), ["companies"]);
        assert!(closest("xyzzy_plugh", tables).is_empty());
    }
}
