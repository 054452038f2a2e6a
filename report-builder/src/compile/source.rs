//! Reads one object's records with every to-one field that the report needs.
//!
//! Each link that is followed is one left join on the other object's primary key, so a record can
//! neither be lost nor doubled: that is the proof that measures of the object stay right.

use std::collections::BTreeSet;

use catalog::ObjectDef;
use query_service::rel::{Expr, JoinKind, Rel, ScanColumn, ValueType};

use super::{Context, path_refused};
use crate::{
    Error,
    fault::refused,
    model::{Dimension, Link, Model, PathError, Resolved},
};

/// The records of one object, being assembled.
#[derive(Debug)]
pub(super) struct Source {
    home: String,
    prefix: String,
    nodes: Vec<Node>,
    children: Vec<Child>,
    filters: Vec<Expr>,
    restrictions: Vec<(JoinKind, Child)>,
}

#[derive(Debug)]
struct Node {
    /// Position of the node that holds the link, and the link's field; `None` for home.
    parent: Option<(usize, String)>,
    object: String,
    columns: BTreeSet<String>,
}

/// Related records, one row per record they point at.
#[derive(Debug)]
pub(super) struct Child {
    /// The column of this source they point at.
    pub(super) at: String,
    /// The relation; its column `key` is unique.
    pub(super) rel: Rel,
    /// Name of the column to join on.
    pub(super) key: String,
}

impl Source {
    pub(super) fn new(home: &str, context: &mut Context<'_>) -> Self {
        let node = Node { parent: None, object: home.to_owned(), columns: BTreeSet::new() };
        Self {
            home: home.to_owned(),
            prefix: context.prefix(),
            nodes: vec![node],
            children: Vec::new(),
            filters: Vec::new(),
            restrictions: Vec::new(),
        }
    }

    pub(super) fn home(&self) -> &str {
        &self.home
    }

    /// The column that a path stands for, seen from this source's object.
    pub(super) fn field(
        &mut self,
        path: &str,
        pointer: &str,
        context: &Context<'_>,
    ) -> Result<(Expr, Resolved), Error> {
        let resolved = context.situation.model.resolve(path).map_err(|error| path_refused(pointer, &error))?;
        let links = context
            .situation
            .whole
            .seen_from(&self.home, path, &resolved.dimension)
            .map_err(|error| path_refused(pointer, &error))?;
        check_sight(context, (&self.home, &links), &resolved.dimension, (path, pointer))?;
        let name = self.column(&links, &resolved.dimension.column.name);
        Ok((Expr::Column(name), resolved))
    }

    /// The first of several paths that can be seen from this source's object.
    pub(super) fn any_field(
        &mut self,
        paths: &[String],
        pointer: &str,
        context: &Context<'_>,
    ) -> Result<(Expr, Resolved), Error> {
        let own = paths.iter().find(|path| path.split('.').next() == Some(self.home.as_str()));
        if let Some(own) = own {
            return self.field(own, pointer, context);
        }
        let mut first_error = None;
        for path in paths {
            match self.field(path, pointer, context) {
                Ok(found) => return Ok(found),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or_else(|| refused(pointer, "required", "no field is named").into()))
    }

    /// The name in the plan of a column reached over these links.
    pub(super) fn column(&mut self, links: &[Link], column: &str) -> String {
        let mut at = 0;
        for link in links {
            if let Some(node) = self.nodes.get_mut(at) {
                node.columns.insert(link.field.clone());
            }
            at = self.node(at, link);
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.columns.insert(column.to_owned());
        }
        self.name(at, column)
    }

    /// Whether a record has related ones: true or false, never null.
    pub(super) fn has_children(&mut self, child: Child) -> Expr {
        let hit = Expr::column(&child.key).is_null().not();
        self.children.push(child);
        hit
    }

    /// Keeps records that have (or lack) related ones.
    pub(super) fn restrict(&mut self, kind: JoinKind, child: Child) {
        self.restrictions.push((kind, child));
    }

    /// Keeps records for which the predicate is true.
    pub(super) fn filter(&mut self, predicate: Expr) {
        self.filters.push(predicate);
    }

    /// The assembled relation.
    pub(super) fn read(mut self, context: &Context<'_>) -> Result<Rel, Error> {
        for node in self.nodes.iter_mut().skip(1) {
            node.columns.insert("id".to_owned());
        }
        if let Some(home) = self.nodes.first_mut().filter(|home| home.columns.is_empty()) {
            home.columns.insert("id".to_owned());
        }
        let mut rel = self.scan(0, context)?;
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some((parent, link)) = &node.parent {
                let on = vec![(self.name(*parent, link), self.name(at, "id"))];
                rel = rel.join(self.scan(at, context)?, JoinKind::Left, on);
            }
        }
        for child in self.children {
            rel = rel.join(child.rel, JoinKind::Left, vec![(child.at, child.key)]);
        }
        if !self.filters.is_empty() {
            rel = rel.filter(Expr::And(self.filters));
        }
        for (kind, child) in self.restrictions {
            rel = rel.join(child.rel, kind, vec![(child.at, child.key)]);
        }
        Ok(rel)
    }

    fn scan(&self, at: usize, context: &Context<'_>) -> Result<Rel, Error> {
        let defect = |what: &str| Error::Defect(format!("{what} of a bound path is not in the catalogue"));
        let node = self.nodes.get(at).ok_or_else(|| defect("a node"))?;
        let object = context.situation.whole.object(&node.object).ok_or_else(|| defect(&node.object))?;
        let policy = catalog::policy(context.situation.caller, object);
        if !policy.read {
            // What the caller knows of and may not read now, they may not export.
            return Err(Error::NotExported { objects: object.plural_label.to_lowercase() });
        }
        // Paths were checked with their pointers; this is what no path can get around.
        if let Some(field) = node.columns.iter().find(|column| policy.masked.contains(*column)) {
            let field = format!("{}.{field}", object.name);
            return Err(Error::Masked { field, pointer: String::new() });
        }
        let column = |name: &String| -> Result<ScanColumn, Error> {
            let ty = Model::column(object, name).map(|column| column.ty).ok_or_else(|| defect(name))?;
            Ok(ScanColumn { source: name.clone(), name: self.name(at, name), ty })
        };
        Ok(Rel::Scan {
            table: object.table.clone(),
            columns: node.columns.iter().map(column).collect::<Result<_, _>>()?,
        })
    }

    fn node(&mut self, parent: usize, link: &Link) -> usize {
        let wanted = Some((parent, link.field.clone()));
        if let Some(known) = self.nodes.iter().position(|node| node.parent == wanted) {
            return known;
        }
        self.nodes.push(Node { parent: wanted, object: link.target.clone(), columns: BTreeSet::new() });
        self.nodes.len() - 1
    }

    fn name(&self, node: usize, column: &str) -> String {
        format!("{}n{node}_{column}", self.prefix)
    }
}

/// Refuses a field that the caller may not see, or a way there over what they may not see; filtering
/// by it would reveal it too.
fn check_sight(
    context: &Context<'_>,
    (home, links): (&str, &[Link]),
    dimension: &Dimension,
    (path, pointer): (&str, &str),
) -> Result<(), Error> {
    let fields = links.iter().map(|link| link.field.as_str()).chain([dimension.column.name.as_str()]);
    let objects = [home].into_iter().chain(links.iter().map(|link| link.target.as_str()));
    for (object, field) in objects.zip(fields) {
        let Some(known) = context.situation.model.object(object) else {
            let (path, home, target) = (path.to_owned(), home.to_owned(), dimension.root.clone());
            return Err(path_refused(pointer, &PathError::Unrelated { path, home, target }).into());
        };
        if catalog::policy(context.situation.caller, known).masked.contains(field) || !has(known, field) {
            return Err(Error::Masked { field: path.to_owned(), pointer: pointer.to_owned() });
        }
    }
    Ok(())
}

/// Whether the caller knows of the column.
fn has(object: &ObjectDef, column: &str) -> bool {
    Model::column(object, column).is_some()
}

/// The type of a column that paths can end in, as the plan sees it.
pub(super) fn is_moment(ty: ValueType) -> bool {
    matches!(ty, ValueType::Date | ValueType::Timestamp)
}
