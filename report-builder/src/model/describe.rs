//! The model as a list to pick from, for the report builder's screen.

use std::collections::BTreeSet;

use catalog::{ObjectDef, Principal, SYSTEM_COLUMNS};
use query_service::rel::ValueType;
use serde::Serialize;

use super::{ColumnDef, Model, measures::GRAIN_WORDS, measures::NAMED_MEASURES, path};
use crate::spec::{Aggregate, Format};

/// Everything a person can put into a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelDescription {
    /// The objects, in the catalogue's order.
    pub objects: Vec<ModelObject>,
    /// The periods that dates and moments can be grouped by.
    pub grains: Vec<String>,
}

/// What one object offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelObject {
    /// Singular name, the beginning of its paths.
    pub name: String,
    /// Name on screen.
    pub label: String,
    /// Its own fields.
    pub fields: Vec<ModelField>,
    /// Links to one other record; `path` alone stands for that record's title, and the other
    /// object's fields can follow it.
    pub links: Vec<ModelLink>,
    /// Records of other objects that point here, for `related` filters.
    pub related: Vec<ModelLink>,
    /// What can be computed.
    pub measures: Vec<ModelMeasure>,
}

/// A field to group, filter or sort by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelField {
    /// Its path, such as `deal.closed_on`.
    pub path: String,
    /// Name on screen.
    pub label: String,
    /// What it holds.
    pub format: Format,
    /// The words of a choice.
    pub options: Vec<String>,
}

/// A link to another object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelLink {
    /// Its path, such as `deal.owner` or `deal.activities`.
    pub path: String,
    /// Name on screen.
    pub label: String,
    /// The other object.
    pub object: String,
}

/// Something to compute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelMeasure {
    /// Its name in specifications, such as `deal.amount_sum`.
    pub name: String,
    /// Name on screen.
    pub label: String,
    /// How it is shown.
    pub format: Format,
    /// One sentence on what it means; empty if the label says it all.
    pub help: String,
}

impl Model {
    /// What a person can put into a report; fields they may not see are left out.
    pub fn describe(&self, caller: &Principal) -> ModelDescription {
        let objects = self.catalog().objects.iter().map(|object| self.describe_object(caller, object)).collect();
        ModelDescription { objects, grains: GRAIN_WORDS.iter().map(|(_, word)| (*word).to_owned()).collect() }
    }

    fn describe_object(&self, caller: &Principal, object: &ObjectDef) -> ModelObject {
        let seen = |object: &str| self.catalog().object(object).is_some();
        let masked = catalog::policy(caller, object).masked;
        let names = object.fields.iter().map(|field| field.name.as_str()).filter(|name| !masked.contains(*name));
        let names = names.chain(SYSTEM_COLUMNS.iter().map(|(name, _)| *name));
        let columns: Vec<ColumnDef> =
            names.filter_map(|name| Self::column(object, name)).filter(|column| column.groupable).collect();
        let field = |column: &ColumnDef| ModelField {
            path: format!("{}.{}", object.name, column.name),
            label: column.label.clone(),
            format: column.format(),
            options: column.options.clone(),
        };
        let links = object.links().filter(|(field, target)| !masked.contains(&field.name) && seen(target));
        let links = links.map(|(field, target)| ModelLink {
            path: format!("{}.{}", object.name, path::short(&field.name)),
            label: field.label.clone(),
            object: target.to_owned(),
        });
        let points_here = |child: &&ObjectDef| {
            let masked = catalog::policy(caller, child).masked;
            child.links().any(|(field, to)| to == object.name && !masked.contains(&field.name))
        };
        let related = self.catalog().objects.iter().filter(points_here);
        let related = related.map(|child| ModelLink {
            path: format!("{}.{}", object.name, child.table),
            label: child.plural_label.clone(),
            object: child.name.clone(),
        });
        ModelObject {
            name: object.name.clone(),
            label: object.label.clone(),
            fields: columns.iter().map(field).collect(),
            links: links.collect(),
            related: related.collect(),
            measures: measures(object, &columns, &masked),
        }
    }
}

impl ColumnDef {
    /// How its values are shown.
    pub fn format(&self) -> Format {
        match self.ty {
            ValueType::Bool => Format::Bool,
            ValueType::Int => Format::Integer,
            ValueType::Decimal { .. } if self.money => Format::Money,
            ValueType::Decimal { .. } => Format::Decimal,
            ValueType::Text => Format::Text,
            ValueType::Date => Format::Date,
            ValueType::Timestamp => Format::DateTime,
        }
    }
}

/// What can be computed of the columns; a named measure is left out when it needs a masked field.
fn measures(object: &ObjectDef, columns: &[ColumnDef], masked: &BTreeSet<String>) -> Vec<ModelMeasure> {
    let count = ModelMeasure {
        name: format!("{}.count", object.name),
        label: object.plural_label.clone(),
        format: Format::Integer,
        help: format!("Number of {}.", object.plural_label.to_lowercase()),
    };
    let named = NAMED_MEASURES.iter().filter(|measure| measure.object == object.name && !measure.needs(masked));
    let named = named.map(|measure| ModelMeasure {
        name: measure.path(),
        label: measure.label.to_owned(),
        format: measure.format,
        help: measure.help.to_owned(),
    });
    let of_column = |column: &ColumnDef| {
        let number = column.ty.is_number() && column.name != "version";
        let offered = Aggregate::ALL.into_iter().filter(move |(aggregate, _)| match aggregate {
            Aggregate::Sum | Aggregate::Avg | Aggregate::Min | Aggregate::Max => number,
            Aggregate::CountDistinct => true,
            Aggregate::Count => false,
        });
        let (path, label, format) = (format!("{}.{}", object.name, column.name), column.label.clone(), column.format());
        offered.map(move |(aggregate, word)| ModelMeasure {
            name: format!("{path}_{word}"),
            label: aggregate.label(&label),
            format: aggregate.format(format),
            help: String::new(),
        })
    };
    [count].into_iter().chain(named).chain(columns.iter().flat_map(of_column)).collect()
}

impl Aggregate {
    /// The label of an aggregate of a field.
    pub(crate) fn label(self, field: &str) -> String {
        match self {
            Self::Count => format!("Number of {field}"),
            Self::CountDistinct => format!("Different {field}"),
            Self::Sum => field.to_owned(),
            Self::Avg => format!("Average {field}"),
            Self::Min => format!("Least {field}"),
            Self::Max => format!("Greatest {field}"),
        }
    }

    /// How an aggregate of a field is shown.
    pub(crate) fn format(self, field: Format) -> Format {
        match (self, field) {
            (Self::Count | Self::CountDistinct, _) => Format::Integer,
            (Self::Avg, Format::Integer) => Format::Decimal,
            (Self::Sum | Self::Avg | Self::Min | Self::Max, field) => field,
        }
    }
}
