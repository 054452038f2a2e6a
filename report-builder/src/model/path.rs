//! Paths: `deal.owner.team.region`, and how one object is reached from another.

use catalog::ObjectDef;

use super::{ColumnDef, MAX_LINKS, Model};

/// A link that leads from a record to at most one other record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The field that holds the id, such as `owner_id`.
    pub field: String,
    /// The object it leads to.
    pub target: String,
}

/// A field reached from an object over to-one links only: the proof that it cannot multiply rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// The object the path starts at.
    pub root: String,
    /// The links to follow.
    pub links: Vec<Link>,
    /// The column at the end.
    pub column: ColumnDef,
}

/// A path of a specification with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// What it stands for.
    pub dimension: Dimension,
    /// Label for people, such as `Owner › Team › Region`.
    pub label: String,
    /// Whether it is the short form that stands for the title of the linked record.
    pub title_of_link: bool,
}

/// Why a path has no meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// A path has an object and a field.
    #[error("`{0}` is not a path; write an object and a field, such as deal.stage")]
    NotAPath(String),
    /// No object has this name.
    #[error("there is no object `{object}`; there are {known}")]
    UnknownObject {
        /// The name that was asked for.
        object: String,
        /// The names there are.
        known: String,
    },
    /// The object has no such field.
    #[error("{object} has no field `{field}`; it has {known}")]
    UnknownField {
        /// The object.
        object: String,
        /// The name that was asked for.
        field: String,
        /// The names there are.
        known: String,
    },
    /// The name is of records that point at the object, of which there can be many.
    #[error("`{path}` leads to many records ({proof}); it cannot be a field, use it in a `related` filter")]
    ToMany {
        /// The path as written.
        path: String,
        /// The link that points the other way.
        proof: String,
    },
    /// A field in the middle of a path is not a link.
    #[error("`{field}` of {object} is not a link, so nothing can follow it in `{path}`")]
    NotALink {
        /// The path as written.
        path: String,
        /// The object.
        object: String,
        /// The field.
        field: String,
    },
    /// JSON cannot be grouped or compared.
    #[error("`{0}` holds JSON, which can be neither grouped nor compared")]
    Json(String),
    /// Too long.
    #[error("`{0}` has more than {MAX_LINKS} links")]
    TooLong(String),
    /// An object cannot be reached over to-one links.
    #[error(
        "`{path}` cannot be used with records of {home}: from {home}, {target} is reached only through the to-many \
         path {proof}, which would count records more than once"
    )]
    Unreachable {
        /// The path as written.
        path: String,
        /// Where the measure lives.
        home: String,
        /// The object that was wanted.
        target: String,
        /// The to-many path.
        proof: String,
    },
    /// Nothing leads from one object to the other.
    #[error("`{path}` cannot be used with records of {home}: nothing leads from {home} to {target}")]
    Unrelated {
        /// The path as written.
        path: String,
        /// Where the measure lives.
        home: String,
        /// The object that was wanted.
        target: String,
    },
    /// Several equally short ways lead there.
    #[error("`{path}` is ambiguous from {home}: it could be {candidates}; write one of them in `fields`")]
    Ambiguous {
        /// The path as written.
        path: String,
        /// Where the measure lives.
        home: String,
        /// The paths it could be.
        candidates: String,
    },
}

impl Model {
    /// The meaning of a path such as `deal.stage` or `deal.owner.team.region`.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub fn resolve(&self, path: &str) -> Result<Resolved, PathError> {
        let mut segments = path.split('.');
        let root = segments.next().unwrap_or_default();
        let segments: Vec<&str> = segments.collect();
        let Some((last, middle)) = segments.split_last() else {
            return Err(PathError::NotAPath(path.to_owned()));
        };
        if segments.len() > MAX_LINKS {
            return Err(PathError::TooLong(path.to_owned()));
        }
        let root = self.known_object(root)?;
        let (mut object, mut links, mut labels) = (root, Vec::new(), Vec::new());
        for segment in middle {
            let (link, label, target) = self.follow(object, segment, path)?;
            links.push(link);
            labels.push(label);
            object = target;
        }
        let mut title_of_link = false;
        let column = if let Some(column) = Self::column(object, last) {
            column
        } else {
            let (link, label, target) = self.follow(object, last, path)?;
            links.push(link);
            title_of_link = true;
            let title = Self::column(target, &target.title).ok_or_else(|| unknown_field(target, &target.title))?;
            ColumnDef { label, ..title }
        };
        if !column.groupable {
            return Err(PathError::Json(path.to_owned()));
        }
        labels.push(column.label.clone());
        let label = labels.join(" › ");
        Ok(Resolved { dimension: Dimension { root: root.name.clone(), links, column }, label, title_of_link })
    }

    /// The same field as seen from `home`: the links from `home` to the path's root come first.
    ///
    /// # Errors
    /// The root is reached from `home` only through many records, not at all, or in several ways.
    pub fn seen_from(&self, home: &str, path: &str, dimension: &Dimension) -> Result<Vec<Link>, PathError> {
        if dimension.root == home {
            return Ok(dimension.links.clone());
        }
        let routes = self.shortest_routes(home, &dimension.root);
        match routes.as_slice() {
            [] => Err(self.unreachable(home, path, &dimension.root)),
            [route] => Ok(route.iter().chain(&dimension.links).cloned().collect()),
            several => {
                let candidates = several.iter().map(|route| {
                    let steps: Vec<&str> = route.iter().map(|link| short(&link.field)).collect();
                    format!("{home}.{}", steps.join("."))
                });
                Err(PathError::Ambiguous {
                    path: path.to_owned(),
                    home: home.to_owned(),
                    candidates: candidates.collect::<Vec<_>>().join(" or "),
                })
            }
        }
    }

    /// The object and link field of records that point at `target`, such as `activities` of a deal.
    ///
    /// # Errors
    /// No such object, or it does not point there, or several of its fields do and `via` is missing.
    pub fn children(&self, target: &str, plural: &str, via: Option<&str>) -> Result<(&ObjectDef, String), String> {
        let child = self.object(plural).ok_or_else(|| format!("there are no `{plural}`"))?;
        let links: Vec<&str> =
            child.links().filter(|(_, to)| *to == target).map(|(field, _)| field.name.as_str()).collect();
        match (via, links.as_slice()) {
            (_, []) => Err(format!("{plural} do not point at a {target}")),
            (Some(via), links) => {
                let found = links.iter().find(|link| **link == via || short(link) == via);
                let known =
                    || format!("`{via}` is not one of the links from {plural} to {target}: {}", links.join(", "));
                found.map(|link| (child, (*link).to_owned())).ok_or_else(known)
            }
            (None, [only]) => Ok((child, (*only).to_owned())),
            (None, several) => {
                Err(format!("{plural} point at a {target} in several ways; say which in `via`: {}", several.join(", ")))
            }
        }
    }

    fn known_object(&self, name: &str) -> Result<&ObjectDef, PathError> {
        self.catalog().object(name).ok_or_else(|| PathError::UnknownObject {
            object: name.to_owned(),
            known: self.catalog().objects.iter().map(|object| object.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// Follows a link by its field's name, with or without `_id`.
    fn follow<'a>(
        &'a self,
        object: &'a ObjectDef,
        segment: &str,
        path: &str,
    ) -> Result<(Link, String, &'a ObjectDef), PathError> {
        let found = object.links().find(|(field, _)| field.name == segment || short(&field.name) == segment);
        if let Some((field, target)) = found {
            let target = self.known_object(target)?;
            let link = Link { field: field.name.clone(), target: target.name.clone() };
            return Ok((link, field.label.clone(), target));
        }
        if Self::column(object, segment).is_some() {
            return Err(PathError::NotALink {
                path: path.to_owned(),
                object: object.name.clone(),
                field: segment.to_owned(),
            });
        }
        if let Ok((child, field)) = self.children(&object.name, segment, None) {
            let proof = format!("{} ← {}.{field}", object.name, child.name);
            return Err(PathError::ToMany { path: path.to_owned(), proof });
        }
        Err(unknown_field(object, segment))
    }

    /// All shortest chains of to-one links between two objects, by the fields' order.
    fn shortest_routes(&self, home: &str, target: &str) -> Vec<Vec<Link>> {
        let mut frontier: Vec<(String, Vec<Link>)> = vec![(home.to_owned(), Vec::new())];
        let mut seen = std::collections::BTreeSet::from([home.to_owned()]);
        for _length in 0..MAX_LINKS {
            let mut next = Vec::new();
            for (at, route) in &frontier {
                let Some(object) = self.catalog().object(at) else { continue };
                for (field, to) in object.links() {
                    let link = Link { field: field.name.clone(), target: to.to_owned() };
                    let route: Vec<Link> = route.iter().cloned().chain([link]).collect();
                    next.push((to.to_owned(), route));
                }
            }
            let found: Vec<_> = next.iter().filter(|(to, _)| to == target).map(|(_, route)| route.clone()).collect();
            if !found.is_empty() {
                return found;
            }
            // Chains through an object of an earlier round are never shortest; those of one round
            // all stay, because two of them make the path ambiguous.
            frontier = next.into_iter().filter(|(to, _)| !seen.contains(to)).collect();
            seen.extend(frontier.iter().map(|(to, _)| to.clone()));
        }
        Vec::new()
    }

    /// Names the to-many path for the message, walking links in both directions.
    #[expect(clippy::excessive_nesting, reason = "a breadth-first search over links")]
    fn unreachable(&self, home: &str, path: &str, target: &str) -> PathError {
        let mut frontier = vec![(home.to_owned(), home.to_owned())];
        let mut seen = std::collections::BTreeSet::from([home.to_owned()]);
        while !frontier.is_empty() {
            let mut next = Vec::new();
            for (at, proof) in frontier {
                for (to, step) in self.steps(&at) {
                    if !seen.insert(to.clone()) {
                        continue;
                    }
                    let proof = format!("{proof} {step}");
                    if to == target {
                        let (path, home, target) = (path.to_owned(), home.to_owned(), target.to_owned());
                        return PathError::Unreachable { path, home, target, proof };
                    }
                    next.push((to, proof));
                }
            }
            frontier = next;
        }
        PathError::Unrelated { path: path.to_owned(), home: home.to_owned(), target: target.to_owned() }
    }

    fn steps(&self, at: &str) -> Vec<(String, String)> {
        let mut steps = Vec::new();
        for object in &self.catalog().objects {
            for (field, to) in object.links() {
                if to == at {
                    steps.push((object.name.clone(), format!("← {}.{}", object.name, field.name)));
                }
                if object.name == at {
                    steps.push((to.to_owned(), format!("→ {}.{}", object.name, field.name)));
                }
            }
        }
        steps
    }
}

/// The name of a link in paths: without `_id`.
pub(super) fn short(field: &str) -> &str {
    field.strip_suffix("_id").unwrap_or(field)
}

fn unknown_field(object: &ObjectDef, field: &str) -> PathError {
    let fields = object.fields.iter().map(|field| match &field.kind {
        catalog::FieldKind::Link { .. } => short(&field.name),
        catalog::FieldKind::Text { .. }
        | catalog::FieldKind::LongText
        | catalog::FieldKind::Email
        | catalog::FieldKind::Phone
        | catalog::FieldKind::Url
        | catalog::FieldKind::Integer { .. }
        | catalog::FieldKind::Decimal { .. }
        | catalog::FieldKind::Money
        | catalog::FieldKind::Bool
        | catalog::FieldKind::Date
        | catalog::FieldKind::DateTime
        | catalog::FieldKind::Choice { .. }
        | catalog::FieldKind::Json => &field.name,
    });
    PathError::UnknownField {
        object: object.name.clone(),
        field: field.to_owned(),
        known: fields.chain(["id", "created_at", "updated_at", "version"]).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use catalog::Catalog;

    use super::*;

    fn model() -> Model {
        Model::new(Arc::new(Catalog::standard()))
    }

    #[test]
    fn a_path_follows_links_to_one_record() {
        let resolved = model().resolve("deal.owner.team.region").expect("a path");

        let fields: Vec<&str> = resolved.dimension.links.iter().map(|link| link.field.as_str()).collect();
        assert_eq!(fields, ["owner_id", "team_id"]);
        assert_eq!(resolved.label, "Owner › Team › Region");
    }

    #[test]
    fn the_short_form_is_the_title_of_the_linked_record() {
        let resolved = model().resolve("deal.stage").expect("a path");

        assert!(resolved.title_of_link);
        assert_eq!(resolved.dimension.column.name, "name");
        assert_eq!(resolved.label, "Stage");
    }

    #[test]
    fn wrong_paths_say_what_is_wrong() {
        let message = |path: &str| model().resolve(path).expect_err("refused").to_string();

        assert!(message("deal").contains("is not a path"));
        assert!(message("deals.stage").contains("there is no object `deals`"));
        assert!(message("deal.colour").contains("deal has no field `colour`; it has name"));
        assert!(message("deal.activities").contains("deal ← activity.deal_id"));
        assert!(message("deal.name.length").contains("is not a link"));
        assert!(message("contact.tags").contains("JSON"));
    }

    #[test]
    fn another_object_is_reached_over_the_shortest_to_one_route() {
        let model = model();
        let region = model.resolve("team.region").expect("a path").dimension;

        let links = model.seen_from("deal", "team.region", &region).expect("reachable");

        assert_eq!(links.iter().map(|link| link.field.as_str()).collect::<Vec<_>>(), ["owner_id", "team_id"]);
    }

    #[test]
    fn a_field_behind_many_records_is_refused_with_the_path() {
        let model = model();
        let kind = model.resolve("activity.kind").expect("a path").dimension;

        let refused = model.seen_from("deal", "activity.kind", &kind).expect_err("refused").to_string();

        assert!(refused.contains("to-many path deal ← activity.deal_id"), "{refused}");
    }
}
