//! What a webhook listens to.

use catalog::{Catalog, Invalid};

/// Entries of one webhook.
const MAX_EVENTS: usize = 50;
/// What happens to records of every object; objects may have further events of their own.
const VERBS: [&str; 8] =
    ["created", "updated", "deleted", "restored", "bulk_created", "bulk_updated", "bulk_deleted", "bulk_restored"];

/// Checks the events of a webhook: `deal.created`, `deal.*` or `*`.
///
/// # Errors
/// Names the first that does not exist.
pub(super) fn checked(events: &[String], catalog: &Catalog) -> Result<Vec<String>, Invalid> {
    let refused = |code, message: String| Err(Invalid::field("events", code, message));
    if events.is_empty() {
        return refused("required", "choose at least one event, such as deal.created, deal.* or *".to_owned());
    }
    if events.len() > MAX_EVENTS {
        return refused("too_many", format!("choose at most {MAX_EVENTS} events"));
    }
    for event in events {
        let known = event == "*"
            || event.split_once('.').is_some_and(|(object, verb)| {
                catalog.object(object).is_some() && (verb == "*" || VERBS.contains(&verb) || own(object, verb))
            });
        if !known {
            return refused(
                "unknown_event",
                format!("there is no event {event}; there are deal.created, deal.* and *"),
            );
        }
    }
    let mut events = events.to_vec();
    events.sort();
    events.dedup();
    Ok(events)
}

/// Events that only one object has.
fn own(object: &str, verb: &str) -> bool {
    (object, verb) == ("lead", "converted") || (verb == "shared" && crate::collaborators::OBJECTS.contains(&object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_name_an_object_and_what_happens_to_it() {
        let catalog = Catalog::standard();
        let list =
            |events: &[&str]| checked(&events.iter().map(|&event| event.to_owned()).collect::<Vec<_>>(), &catalog);

        assert_eq!(
            list(&["lead.*", "deal.created", "lead.*"]),
            Ok(vec!["deal.created".to_owned(), "lead.*".to_owned()])
        );
        assert!(list(&["*"]).is_ok());
        for wrong in ["", "deal", "deals.created", "deal.won", "*.created", "deal.created.now"] {
            assert!(list(&[wrong]).is_err(), "{wrong}");
        }
        assert!(list(&[]).is_err());
    }
}
