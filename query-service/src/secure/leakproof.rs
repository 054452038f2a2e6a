//! Conditions that may be used below the policy: they cannot fail and cannot be observed.

use arrow::datatypes::{DataType, Schema};
use datafusion::{
    common::{DFSchema, tree_node::TreeNode},
    error::Result,
    logical_expr::{
        Expr, Operator,
        expr::{Between, InList},
    },
    optimizer::analyzer::type_coercion::TypeCoercionRewriter,
};

use crate::access::Access;

/// Whether `filter` compares unmasked columns with literals of the same type and nothing else.
///
/// Such a comparison has a result for every value, so evaluating it on a hidden row, or on the
/// minimum of a row group, raises no error that could carry the value.
#[expect(clippy::wildcard_enum_match_arm, reason = "an expression that is not listed is not leakproof")]
pub(super) fn leakproof(filter: &Expr, schema: &Schema, access: &Access) -> bool {
    let check = |expr: &Expr| leakproof(expr, schema, access);
    match filter {
        Expr::BinaryExpr(binary) => match binary.op {
            Operator::And | Operator::Or => check(&binary.left) && check(&binary.right),
            Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom => {
                comparable(&binary.left, &[&binary.right], schema, access)
                    || comparable(&binary.right, &[&binary.left], schema, access)
            }
            _ => false,
        },
        Expr::IsNull(column) | Expr::IsNotNull(column) => visible(column, schema, access).is_some(),
        Expr::Not(inner) => check(inner),
        Expr::InList(InList { expr, list, .. }) => comparable(expr, &list.iter().collect::<Vec<_>>(), schema, access),
        Expr::Between(Between { expr, low, high, .. }) => comparable(expr, &[low, high], schema, access),
        Expr::Column(_) => visible(filter, schema, access) == Some(&DataType::Boolean),
        _ => false,
    }
}

/// The expression with literals cast to the types of the columns they are compared with.
pub(super) fn coerced(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    Ok(expr.rewrite(&mut TypeCoercionRewriter::new(schema))?.data)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "an expression that is not listed is not a literal")]
fn comparable(column: &Expr, literals: &[&Expr], schema: &Schema, access: &Access) -> bool {
    let Some(column_type) = visible(column, schema, access) else {
        return false;
    };
    literals.iter().all(|literal| match literal {
        Expr::Literal(value, _) => same_type(column_type, &value.data_type()),
        _ => false,
    })
}

/// The type of an unmasked column of the table; nothing for any other expression.
fn visible<'a>(expr: &Expr, schema: &'a Schema, access: &Access) -> Option<&'a DataType> {
    let Expr::Column(column) = expr else {
        return None;
    };
    if access.masks(&column.name) {
        return None;
    }
    schema.field_with_name(&column.name).ok().map(arrow::datatypes::Field::data_type)
}

fn same_type(column: &DataType, literal: &DataType) -> bool {
    let text = |data_type: &DataType| matches!(data_type, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8);
    column == literal || (text(column) && text(literal))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use arrow::datatypes::Field;
    use catalog::{Catalog, Principal, Role, Scope};
    use datafusion::logical_expr::{cast, col, lit};

    use super::*;

    fn analyst() -> Access {
        let principal = Principal { role: Role::Analyst, scope: Scope::All, ..Principal::system() };
        Access::live(
            &Principal { visible_owner_ids: BTreeSet::new(), ..principal },
            Catalog::standard().object("lead").unwrap(),
        )
    }

    #[test]
    fn only_comparisons_that_cannot_fail_are_leakproof() {
        let schema = Schema::new(vec![
            Field::new("name", DataType::Utf8View, true),
            Field::new("email", DataType::Utf8View, true),
            Field::new("score", DataType::Int64, true),
        ]);
        let good = [
            col("name").eq(lit("a")),
            lit(5_i64).lt(col("score")),
            col("score").is_null().or(col("score").in_list(vec![lit(1_i64), lit(2_i64)], false)),
            col("score").between(lit(1_i64), lit(3_i64)).and(col("name").not_eq(lit("x"))),
        ];
        let bad = [
            col("email").eq(lit("masked@example.com")),
            cast(col("name"), DataType::Int64).gt(lit(1_i64)),
            (lit(1_i64) / col("score")).gt(lit(1_i64)),
            col("score").eq(col("score")),
            col("score").eq(lit("5")),
            col("name").like(lit("a%")),
            col("name").eq(lit("a")).and(cast(col("name"), DataType::Int64).gt(lit(1_i64))),
        ];

        assert!(good.iter().all(|filter| leakproof(filter, &schema, &analyst())));
        for filter in bad {
            assert!(!leakproof(&filter, &schema, &analyst()), "{filter}");
        }
    }
}
