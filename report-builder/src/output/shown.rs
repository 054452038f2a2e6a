//! Cells as people read them.

use crate::{Cell, Format, result::decimal_text};

/// A cell as text for people: thousands separators, two digits of money, percent.
///
/// Rounds half to even, and only what is shown; files keep the exact value.
pub fn shown(cell: &Cell, format: Format) -> String {
    match (cell, format) {
        (Cell::Null, _) => String::new(),
        (Cell::Decimal { unscaled, scale }, Format::Money) => grouped(&decimal_text(round(*unscaled, *scale, 2), 2)),
        (Cell::Decimal { unscaled, scale }, Format::Percent) => {
            let percent = unscaled.saturating_mul(100);
            format!("{}%", grouped(&decimal_text(round(percent, *scale, 1), 1)))
        }
        (Cell::Int(value), Format::Percent) => format!("{}%", grouped(&value.saturating_mul(100).to_string())),
        (Cell::Decimal { unscaled, scale }, Format::Integer) => grouped(&decimal_text(round(*unscaled, *scale, 0), 0)),
        (Cell::Decimal { unscaled, scale }, _) => trimmed(&grouped(&decimal_text(*unscaled, *scale))),
        (Cell::Int(value), Format::Money) => grouped(&format!("{value}.00")),
        (Cell::Int(value), _) => grouped(&value.to_string()),
        (Cell::Bool(true), _) => "yes".to_owned(),
        (Cell::Bool(false), _) => "no".to_owned(),
        (Cell::Text(value), _) => value.clone(),
        (Cell::Date(value), _) => value.to_string(),
        (Cell::Moment(value), _) => value.format("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

/// Half to even; more digits are zeros.
fn round(unscaled: i128, from: u8, to: u8) -> i128 {
    if from <= to {
        return unscaled.saturating_mul(10_i128.saturating_pow(u32::from(to - from)));
    }
    let divisor = 10_i128.saturating_pow(u32::from(from - to));
    let (cut, rest) = (unscaled / divisor, (unscaled % divisor).abs());
    let away = rest > divisor / 2 || (rest == divisor / 2 && cut % 2 != 0);
    if away { cut + unscaled.signum() } else { cut }
}

fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn trimmed(number: &str) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_for_people() {
        let decimal = |unscaled, scale| Cell::Decimal { unscaled, scale };

        assert_eq!(shown(&decimal(1_000_553_400, 2), Format::Money), "10,005,534.00");
        assert_eq!(shown(&decimal(-1_234_565_000, 6), Format::Money), "-1,234.56");
        assert_eq!(shown(&decimal(631_527, 6), Format::Percent), "63.2%");
        assert_eq!(shown(&decimal(1_500_000, 6), Format::Decimal), "1.5");
        assert_eq!(shown(&Cell::Int(-1_000), Format::Integer), "-1,000");
        assert_eq!(shown(&Cell::Null, Format::Money), "");
    }
}
