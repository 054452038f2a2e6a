//! Arithmetic over the values of a report: `won / (won + lost)`.
//!
//! Grammar: `sum = product (('+'|'-') product)*`, `product = factor (('*'|'/') factor)*`,
//! `factor = number | name | '-' factor | '(' sum ')' | function '(' sum (',' sum)* ')'`.
//! Division is safe: by zero it gives nothing, otherwise six digits after the point, half to even.
//! Functions: `coalesce(a, b, …)` is the first that has a value, `round(a, digits)` rounds half to
//! even. Names with other characters than letters, digits, `_` and `.` go in backticks.

use query_service::rel::Arithmetic;

/// A parsed formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// The value of this id.
    Value(String),
    /// A number: `unscaled / 10^scale`.
    Number {
        /// All digits.
        unscaled: i128,
        /// Digits after the point.
        scale: u8,
    },
    /// Adds, subtracts or multiplies.
    Arithmetic(Arithmetic, Box<Formula>, Box<Formula>),
    /// Divides safely.
    Divide(Box<Formula>, Box<Formula>),
    /// The first that has a value.
    Coalesce(Vec<Formula>),
    /// Rounded half to even.
    Round(Box<Formula>, u8),
}

/// Longest formula, in characters, and deepest nesting: the engines recurse over it.
const MAX_LENGTH: usize = 1_000;
const MAX_DEPTH: usize = 30;
/// Most digits after the point of a number in a formula, and of `round`.
const MAX_SCALE: u8 = 6;

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// What is wrong and at which character, for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > MAX_LENGTH {
            return Err(format!("a formula has at most {MAX_LENGTH} characters"));
        }
        let mut parser = Parser { letters: text.chars().collect(), at: 0, depth: 0 };
        let formula = parser.sum()?;
        parser.skip_space();
        match parser.peek() {
            None => Ok(formula),
            Some(letter) => Err(format!("unexpected `{letter}` at character {}", parser.at + 1)),
        }
    }

    /// The ids it uses, in order of appearance.
    pub fn ids(&self) -> Vec<&str> {
        match self {
            Self::Value(id) => vec![id],
            Self::Number { .. } => Vec::new(),
            Self::Arithmetic(_, left, right) | Self::Divide(left, right) => [left.ids(), right.ids()].concat(),
            Self::Coalesce(all) => all.iter().flat_map(Self::ids).collect(),
            Self::Round(inner, _) => inner.ids(),
        }
    }
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn sum(&mut self) -> Result<Formula, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("a formula is nested at most {MAX_DEPTH} levels deep"));
        }
        let mut left = self.product()?;
        loop {
            let op = match self.operator() {
                Some('+') => Arithmetic::Add,
                Some('-') => Arithmetic::Subtract,
                _ => break,
            };
            self.at += 1;
            left = Formula::Arithmetic(op, Box::new(left), Box::new(self.product()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn product(&mut self) -> Result<Formula, String> {
        let mut left = self.factor()?;
        loop {
            match self.operator() {
                Some('*') => {
                    self.at += 1;
                    left = Formula::Arithmetic(Arithmetic::Multiply, Box::new(left), Box::new(self.factor()?));
                }
                Some('/') => {
                    self.at += 1;
                    left = Formula::Divide(Box::new(left), Box::new(self.factor()?));
                }
                _ => return Ok(left),
            }
        }
    }

    fn factor(&mut self) -> Result<Formula, String> {
        match self.operator() {
            None => Err("the formula ends where a number, a value or `(` is expected".to_owned()),
            Some('-') => {
                self.at += 1;
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(format!("a formula is nested at most {MAX_DEPTH} levels deep"));
                }
                let inner = self.factor()?;
                self.depth -= 1;
                let zero = Formula::Number { unscaled: 0, scale: 0 };
                Ok(Formula::Arithmetic(Arithmetic::Subtract, Box::new(zero), Box::new(inner)))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                self.expect(')')?;
                Ok(inner)
            }
            Some('`') => self.quoted_name(),
            Some(letter) if letter.is_ascii_digit() => self.number(),
            Some(letter) if letter.is_alphabetic() || letter == '_' => self.name(),
            Some(letter) => Err(format!("unexpected `{letter}` at character {}", self.at + 1)),
        }
    }

    fn quoted_name(&mut self) -> Result<Formula, String> {
        self.at += 1;
        let name: String = self.take_while(|letter| letter != '`');
        self.expect('`')?;
        Ok(Formula::Value(name))
    }

    fn name(&mut self) -> Result<Formula, String> {
        let name = self.take_while(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.');
        if self.operator() != Some('(') {
            return Ok(Formula::Value(name));
        }
        self.at += 1;
        let mut arguments = vec![self.sum()?];
        while self.operator() == Some(',') {
            self.at += 1;
            arguments.push(self.sum()?);
        }
        self.expect(')')?;
        match (name.as_str(), arguments.as_slice()) {
            ("coalesce", _) => Ok(Formula::Coalesce(arguments)),
            ("round", [inner, Formula::Number { unscaled, scale: 0 }]) => {
                let digits = u8::try_from(*unscaled).ok().filter(|digits| *digits <= MAX_SCALE);
                let digits = digits.ok_or_else(|| format!("round keeps at most {MAX_SCALE} digits"))?;
                Ok(Formula::Round(Box::new(inner.clone()), digits))
            }
            ("round", _) => Err("round takes a value and a whole number of digits".to_owned()),
            _ => Err(format!("there is no function `{name}`; there are coalesce and round")),
        }
    }

    fn number(&mut self) -> Result<Formula, String> {
        let whole = self.take_while(|letter| letter.is_ascii_digit());
        let mut fraction = String::new();
        if self.peek() == Some('.') {
            self.at += 1;
            fraction = self.take_while(|letter| letter.is_ascii_digit());
        }
        let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= MAX_SCALE);
        let scale = scale.ok_or_else(|| format!("a number has at most {MAX_SCALE} digits after the point"))?;
        let digits = format!("{whole}{fraction}");
        let unscaled = digits.parse::<i128>().ok().filter(|value| *value < 10_i128.pow(18));
        Ok(Formula::Number { unscaled: unscaled.ok_or("a number has at most 18 digits")?, scale })
    }

    fn expect(&mut self, expected: char) -> Result<(), String> {
        if self.operator() == Some(expected) {
            self.at += 1;
            return Ok(());
        }
        Err(format!("`{expected}` is missing at character {}", self.at + 1))
    }

    fn operator(&mut self) -> Option<char> {
        self.skip_space();
        self.peek()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> String {
        let taken: String = self.letters.iter().skip(self.at).copied().take_while(|letter| accept(*letter)).collect();
        self.at += taken.chars().count();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_box_returns, reason = "operands of formulas are boxed")]
    fn value(id: &str) -> Box<Formula> {
        Box::new(Formula::Value(id.to_owned()))
    }

    #[test]
    fn division_binds_tighter_than_addition() {
        let parsed = Formula::parse("won / (won + lost)").expect("a formula");

        let sum = Formula::Arithmetic(Arithmetic::Add, value("won"), value("lost"));
        assert_eq!(parsed, Formula::Divide(value("won"), Box::new(sum)));
        assert_eq!(parsed.ids(), ["won", "won", "lost"]);
        assert!(matches!(Formula::parse("a + b / c"), Ok(Formula::Arithmetic(Arithmetic::Add, _, _))));
        assert_eq!(Formula::parse("`won deals`"), Ok(*value("won deals")));
    }

    #[test]
    fn mistakes_say_where() {
        let message = |text: &str| Formula::parse(text).expect_err("refused");

        assert_eq!(message("a + "), "the formula ends where a number, a value or `(` is expected");
        assert_eq!(message("(a"), "`)` is missing at character 3");
        assert_eq!(message("a b"), "unexpected `b` at character 3");
        assert_eq!(message("exec(a)"), "there is no function `exec`; there are coalesce and round");
        assert_eq!(message("a; drop table deals"), "unexpected `;` at character 2");
        assert!(message(&"(".repeat(500)).contains("nested"));
        assert!(message(&"-".repeat(500)).contains("nested"));
    }
}
