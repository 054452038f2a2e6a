//! Quotients, rounding and sums.

use proptest::prelude::*;

use super::{MONEY, computed, int, money, row};
use crate::rel::{Arithmetic, Column, Comparison, Expr, Literal, ValueType};

/// `numerator / denominator` half to even, written independently: by comparing the two candidates.
fn half_even(numerator: i128, denominator: i128) -> i128 {
    let floor = numerator.div_euclid(denominator);
    let (floor, above) = if denominator < 0 { (floor - 1, floor) } else { (floor, floor + 1) };
    let (floor, above) = if numerator % denominator == 0 { (numerator / denominator, above) } else { (floor, above) };
    let distance = |candidate: i128| (candidate * denominator - numerator).abs();
    match distance(floor).cmp(&distance(above)) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => above,
        std::cmp::Ordering::Equal => {
            if floor % 2 == 0 {
                floor
            } else {
                above
            }
        }
    }
}

fn shown(unscaled: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{}{whole}.{fraction}", if unscaled < 0 { "-" } else { "" })
}

#[test]
fn quotients_round_half_to_even_and_are_null_for_zero() {
    let columns = [Column::new("n", MONEY), Column::new("d", ValueType::Int)];
    let rows = vec![
        vec![money(100), int(3)],
        vec![money(-200), int(3)],
        vec![money(1), int(20_000)],  // 0.0000005 -> 0.000000
        vec![money(3), int(20_000)],  // 0.0000015 -> 0.000002
        vec![money(-3), int(20_000)], // -0.0000015 -> -0.000002
        vec![money(5), int(0)],
        vec![Literal::Null(MONEY), int(1)],
    ];

    let found = computed(&columns, rows, &[Expr::column("n").divide(Expr::column("d"))]);

    let mut expected = vec![
        row(&["0.333333", "1.00"]),
        row(&["-0.666667", "-2.00"]),
        row(&["0.000000", "0.01"]),
        row(&["0.000002", "0.03"]),
        row(&["-0.000002", "-0.03"]),
        row(&["∅", "0.05"]),
        row(&["∅", "∅"]),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quotients_of_random_numbers_are_exact(
        pairs in prop::collection::vec((-10_i128.pow(17)..10_i128.pow(17), prop_oneof![-50_i64..50, any::<i32>().prop_map(i64::from)]), 1..60)
    ) {
        let columns = [Column::new("at", ValueType::Int), Column::new("n", MONEY), Column::new("d", ValueType::Int)];
        let given = pairs.iter().enumerate().map(|(at, (n, d))| vec![int(i64::try_from(at).expect("small")), money(*n), int(*d)]).collect();
        let by_money = Expr::column("d").divide(Expr::column("n"));
        let found = computed(&columns, given, &[Expr::column("n").divide(Expr::column("d")), by_money]);

        let mut expected: Vec<Vec<Option<String>>> = pairs.iter().enumerate().map(|(at, (n, d))| {
            let d = i128::from(*d);
            let quotient = (d != 0).then(|| shown(half_even(n * 10_000, d), 6));
            let inverse = (*n != 0).then(|| shown(half_even(d * 100_000_000, *n), 6));
            vec![quotient, inverse, Some(at.to_string())]
        }).collect();
        expected.sort();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn rounding_and_arithmetic_are_exact(
        numbers in prop::collection::vec((-10_i128.pow(15)..10_i128.pow(15), -10_i128.pow(15)..10_i128.pow(15)), 1..60)
    ) {
        let fine = ValueType::Decimal { precision: 18, scale: 6 };
        let columns = [Column::new("at", ValueType::Int), Column::new("x", fine), Column::new("y", MONEY)];
        let six = |unscaled| Literal::Decimal { unscaled, precision: 18, scale: 6 };
        let given = numbers.iter().enumerate().map(|(at, (x, y))| vec![int(i64::try_from(at).expect("small")), six(*x), money(*y)]).collect();
        let (x, y) = (|| Expr::column("x"), || Expr::column("y"));
        let round = |expr: Expr, scale| Expr::Round { expr: Box::new(expr), scale };
        let found = computed(&columns, given, &[
            round(x(), 2),
            round(x(), 0),
            x().arithmetic(Arithmetic::Add, y()),
            x().arithmetic(Arithmetic::Multiply, y()),
            round(y(), 4),
            x().compare(Comparison::Less, y()),
        ]);

        let mut expected: Vec<Vec<Option<String>>> = numbers.iter().enumerate().map(|(at, (x, y))| {
            let zero = half_even(*x, 1_000_000);
            vec![
                Some(shown(half_even(*x, 10_000), 2)),
                Some(zero.to_string()),
                Some(shown(x + y * 10_000, 6)),
                Some(shown(x * y, 8)),
                Some(shown(y * 100, 4)),
                Some((*x < y * 10_000).to_string()),
                Some(at.to_string()),
            ]
        }).collect();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
