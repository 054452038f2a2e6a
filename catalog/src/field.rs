//! One value of a record, described as data.

use serde::{Deserialize, Serialize};

/// What kind of value a field holds; decides its Postgres, Arrow, JSON and form types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// One line of text of at most this many characters.
    Text {
        /// Greatest number of characters.
        #[serde(default = "usual_len")]
        max_len: u32,
    },
    /// Several lines of text of at most 100,000 characters.
    LongText,
    /// An e-mail address.
    Email,
    /// A telephone number as written.
    Phone,
    /// An http or https address.
    Url,
    /// A whole number in an inclusive range.
    Integer {
        /// Least value.
        #[serde(default = "least_integer")]
        min: i64,
        /// Greatest value.
        #[serde(default = "greatest_integer")]
        max: i64,
    },
    /// An exact number; JSON carries it as text.
    Decimal {
        /// Total digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// An amount of money, `numeric(18,2)`; the currency is the record's `currency` field.
    Money,
    /// Yes or no.
    Bool,
    /// A calendar day.
    Date,
    /// A moment, stored in UTC to the microsecond.
    DateTime,
    /// One of a fixed list of words.
    Choice {
        /// The words, in display order.
        options: Vec<String>,
    },
    /// The id of a record of another object.
    Link {
        /// Name of the other object.
        object: String,
    },
    /// Any JSON value: preferences, social media, what a form brought.
    Json,
}

/// A line of text, when nothing is said about its length.
fn usual_len() -> u32 {
    200
}

/// The numbers that JSON keeps exactly, when nothing is said about the range.
fn least_integer() -> i64 {
    -greatest_integer()
}

fn greatest_integer() -> i64 {
    9_007_199_254_740_991
}

impl FieldKind {
    /// The Postgres column type.
    pub fn pg_type(&self) -> String {
        match self {
            Self::Text { .. } | Self::LongText | Self::Email | Self::Phone | Self::Url | Self::Choice { .. } => {
                "text".to_owned()
            }
            Self::Integer { .. } => "bigint".to_owned(),
            Self::Decimal { precision, scale } => format!("numeric({precision},{scale})"),
            Self::Money => "numeric(18,2)".to_owned(),
            Self::Bool => "boolean".to_owned(),
            Self::Date => "date".to_owned(),
            Self::DateTime => "timestamp with time zone".to_owned(),
            Self::Link { .. } => "uuid".to_owned(),
            Self::Json => "jsonb".to_owned(),
        }
    }

    /// Whether the value is an exact number that JSON carries as text.
    pub fn is_decimal(&self) -> bool {
        matches!(self, Self::Decimal { .. } | Self::Money)
    }
}

/// One field of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of a field, set by named builders")]
pub struct FieldDef {
    /// The name in SQL, JSON and Rust: `snake_case`.
    pub name: String,
    /// The name on screen.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Must have a value.
    pub required: bool,
    /// No two live records share a value.
    pub unique: bool,
    /// Written by the system only; refused in requests.
    pub computed: bool,
    /// Personal contact detail, masked for analysts.
    pub personal: bool,
    /// Found by full-text search.
    pub searchable: bool,
    /// Fields of the same record whose values it tells; who may not see one of them may not see it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<String>,
    /// Value of a new record when none is given, in JSON.
    pub default: Option<serde_json::Value>,
    /// One sentence of help, empty if the label says it all.
    pub help: String,
}

impl FieldDef {
    /// A field with this name and kind and no further properties.
    pub fn new(name: &str, label: &str, kind: FieldKind) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            required: false,
            unique: false,
            computed: false,
            personal: false,
            searchable: false,
            quotes: Vec::new(),
            default: None,
            help: String::new(),
        }
    }

    /// Must have a value.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// No two live records share a value.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Written by the system only.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// Masked for analysts.
    #[must_use]
    pub fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// Found by full-text search.
    #[must_use]
    pub fn searchable(mut self) -> Self {
        self.searchable = true;
        self
    }

    /// Tells the values of these fields.
    #[must_use]
    pub fn quotes(mut self, fields: &[&str]) -> Self {
        self.quotes = fields.iter().map(|&field| field.to_owned()).collect();
        self
    }

    /// Has this value in a new record when none is given.
    #[must_use]
    pub fn default(mut self, value: impl Into<serde_json::Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Explains itself in one sentence.
    #[must_use]
    pub fn help(mut self, help: &str) -> Self {
        help.clone_into(&mut self.help);
        self
    }
}
