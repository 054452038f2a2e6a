//! The functions that statements may use: an allow-list, so that an upgrade adds nothing unseen.
//!
//! Left out on purpose: functions whose result is as long as an argument says (`repeat`, `lpad`,
//! `range`, `array_repeat`), quadratic ones (`levenshtein`), and those that describe the server.

use std::sync::Arc;

use datafusion::{
    execution::SessionStateDefaults,
    logical_expr::{AggregateUDF, ScalarUDF},
};

const SCALAR: &[&str] = &[
    // numbers
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "cot",
    "degrees",
    "exp",
    "floor",
    "gcd",
    "isnan",
    "iszero",
    "lcm",
    "ln",
    "log",
    "log10",
    "log2",
    "nanvl",
    "pi",
    "power",
    "radians",
    "random",
    "round",
    "signum",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
    // conditions
    "coalesce",
    "greatest",
    "least",
    "nullif",
    "nvl",
    "nvl2",
    // text
    "ascii",
    "bit_length",
    "btrim",
    "character_length",
    "chr",
    "concat",
    "concat_ws",
    "contains",
    "ends_with",
    "find_in_set",
    "initcap",
    "left",
    "lower",
    "ltrim",
    "octet_length",
    "overlay",
    "replace",
    "reverse",
    "right",
    "rtrim",
    "split_part",
    "starts_with",
    "strpos",
    "substr",
    "substr_index",
    "to_hex",
    "translate",
    "upper",
    "uuid",
    // regular expressions run in linear time
    "regexp_count",
    "regexp_instr",
    "regexp_like",
    "regexp_match",
    "regexp_replace",
    // time
    "current_date",
    "current_time",
    "date_bin",
    "date_part",
    "date_trunc",
    "from_unixtime",
    "make_date",
    "make_time",
    "now",
    "to_char",
    "to_date",
    "to_local_time",
    "to_time",
    "to_timestamp",
    "to_timestamp_micros",
    "to_timestamp_millis",
    "to_timestamp_nanos",
    "to_timestamp_seconds",
    "to_unixtime",
    // digests and encodings
    "decode",
    "digest",
    "encode",
    "md5",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    // types and structures
    "arrow_cast",
    "arrow_try_cast",
    "arrow_typeof",
    "array_append",
    "array_concat",
    "array_distinct",
    "array_element",
    "array_has",
    "array_has_all",
    "array_has_any",
    "array_length",
    "array_max",
    "array_min",
    "array_position",
    "array_slice",
    "array_sort",
    "array_to_string",
    "array_any_value",
    "cardinality",
    "empty",
    "get_field",
    "make_array",
    "map",
    "map_extract",
    "map_keys",
    "map_values",
    "named_struct",
    "string_to_array",
    "struct",
    "union_extract",
];

/// The allowed scalar functions.
pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let all = SessionStateDefaults::default_scalar_functions();
    all.into_iter().filter(|function| SCALAR.contains(&function.name())).collect()
}

/// The allowed aggregate functions: all of them, as each works in bounded space per row.
pub(super) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    SessionStateDefaults::default_aggregate_functions()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_allowed_function_exists_and_every_other_is_listed_here() {
        let all: BTreeSet<String> = SessionStateDefaults::default_scalar_functions()
            .iter()
            .map(|function| function.name().to_owned())
            .collect();
        let allowed: BTreeSet<String> = SCALAR.iter().map(|name| (*name).to_owned()).collect();

        let unknown: Vec<_> = allowed.difference(&all).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        let refused: Vec<_> = all.difference(&allowed).cloned().collect();
        insta::assert_debug_snapshot!(refused);
    }
}
