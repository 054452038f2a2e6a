//! What a test asks of a value.

use catalog::FieldKind;

use super::Refusal;

/// What a test asks of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Between,
    In,
    NotIn,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    IsNull,
    IsEmpty,
}

impl Operator {
    const ALL: [(&str, Self); 15] = [
        ("eq", Self::Equal),
        ("ne", Self::NotEqual),
        ("gt", Self::Greater),
        ("gte", Self::GreaterOrEqual),
        ("lt", Self::Less),
        ("lte", Self::LessOrEqual),
        ("between", Self::Between),
        ("in", Self::In),
        ("not_in", Self::NotIn),
        ("contains", Self::Contains),
        ("not_contains", Self::NotContains),
        ("starts_with", Self::StartsWith),
        ("ends_with", Self::EndsWith),
        ("is_null", Self::IsNull),
        ("is_empty", Self::IsEmpty),
    ];

    /// Reads its word.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, operator)| operator);
        found.ok_or_else(|| {
            let known = Self::ALL.map(|(name, _)| name).join(", ");
            ("unknown_operator", format!("`{text}` is not an operator; use one of {known}"))
        })
    }

    /// Whether it can be asked of values of this kind.
    pub(crate) fn suits(self, kind: &FieldKind) -> bool {
        let ordered = textual(kind) || kind.is_decimal() || dated(kind) || matches!(kind, FieldKind::Integer { .. });
        match self {
            Self::IsNull | Self::IsEmpty => true,
            Self::Equal | Self::NotEqual | Self::In | Self::NotIn => !matches!(kind, FieldKind::Json),
            Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual | Self::Between => ordered,
            Self::Contains | Self::NotContains | Self::StartsWith | Self::EndsWith => textual(kind),
        }
    }
}

/// Free text, whatever it says.
pub(crate) fn textual(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Text { .. } | FieldKind::LongText | FieldKind::Email | FieldKind::Phone | FieldKind::Url)
}

/// A day or a moment.
pub(crate) fn dated(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Date | FieldKind::DateTime)
}
