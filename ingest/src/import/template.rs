//! Text composed from the cells of a row.

use crate::import::Error;

/// A parsed template such as `{product} for {account}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Column { name: String, filter: Filter },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    AsWritten,
    Lower,
    Upper,
    Slug,
}

impl Template {
    /// Reads a template; `{{` and `}}` stand for braces.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            if (c == '{' || c == '}') && rest.peek() == Some(&c) {
                rest.next();
                literal.push(c);
            } else if c == '{' {
                let inside: String = rest.by_ref().take_while(|&c| c != '}').collect();
                parts.push(Part::Text(std::mem::take(&mut literal)));
                parts.push(column(&inside)?);
            } else {
                literal.push(c);
            }
        }
        parts.push(Part::Text(literal));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self(parts))
    }

    /// The columns it needs.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column { name, .. } => Some(name.as_str()),
        })
    }

    /// The text for one row, or nothing when a column it needs is empty.
    pub(crate) fn fill<'c>(&self, cell: impl Fn(&str) -> Option<&'c str>) -> Option<String> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Column { name, filter } => filled.push_str(&filter.apply(cell(name)?)),
            }
        }
        Some(filled)
    }
}

fn column(inside: &str) -> Result<Part, Error> {
    let (name, filter) = inside.split_once('|').unwrap_or((inside, ""));
    let filter = match filter.trim() {
        "" => Filter::AsWritten,
        "lower" => Filter::Lower,
        "upper" => Filter::Upper,
        "slug" => Filter::Slug,
        other => {
            return Err(Error::mapping("template", format!("`{other}` is not a filter; use lower, upper or slug")));
        }
    };
    Ok(Part::Column { name: name.trim().to_owned(), filter })
}

impl Filter {
    fn apply(self, text: &str) -> String {
        match self {
            Self::AsWritten => text.to_owned(),
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Slug => slug(text),
        }
    }
}

/// Lower-case letters, digits and hyphens, words joined by points: `Mei-Mei Johns` is
/// `mei-mei.johns`.
fn slug(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let kept = word.chars().filter(|c| c.is_alphanumeric() || *c == '-');
        kept.flat_map(char::to_lowercase).collect::<String>()
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str) -> Option<String> {
        let cells = [("agent", "Mei-Mei  O'Johns"), ("id", "7")];
        let template = Template::parse(template).expect("a template");
        template.fill(|name| cells.iter().find(|(column, _)| *column == name).map(|(_, cell)| *cell))
    }

    #[test]
    fn cells_are_put_in_and_filtered() {
        assert_eq!(fill("Lead {id}"), Some("Lead 7".to_owned()));
        assert_eq!(fill("{agent|slug}@x.example"), Some("mei-mei.ojohns@x.example".to_owned()));
        assert_eq!(fill("{{{id}}}"), Some("{7}".to_owned()));
    }

    #[test]
    fn a_missing_cell_makes_no_text() {
        assert_eq!(fill("{id} {gone}"), None);
    }

    #[test]
    fn an_unknown_filter_is_refused() {
        assert!(Template::parse("{id|shout}").is_err());
    }
}
