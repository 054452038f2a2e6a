//! Limits on the text of a statement, checked before anything plans it.
//!
//! One short text can keep a planner busy for minutes or overflow its stack: long chains of
//! operators become deep trees, and every join multiplies the orders to consider. So size, operators,
//! nesting and relations are counted on tokens and on the parsed tree first.

use std::collections::BTreeSet;

use sqlparser::{
    ast::{Query, SetExpr, Statement, TableFactor, Visit, Visitor},
    dialect::GenericDialect,
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, Tokenizer},
};
use std::ops::ControlFlow;

use crate::Error;

/// Bytes of a statement; a person's longest hand-written query is far below it.
pub(crate) const MAX_BYTES: usize = 32 * 1024;
/// Words, numbers and signs of a statement, lists of literals included.
pub(crate) const MAX_TOKENS: usize = 10_000;
/// Operators of a statement; a chain of them is a tree of that depth.
pub(crate) const MAX_OPERATORS: usize = 400;
/// Depth of parentheses.
pub(crate) const MAX_NESTING: usize = 40;
/// Tables named in a statement, repetitions included.
pub(crate) const MAX_RELATIONS: usize = 16;
/// Queries inside a statement: common table expressions, subqueries, branches of unions.
pub(crate) const MAX_QUERIES: usize = 40;

/// The relations that an analyst's statement names, after checking its limits.
///
/// # Errors
/// When it is not exactly one query, cannot be parsed, or exceeds a limit.
pub(crate) fn check(sql: &str) -> Result<BTreeSet<String>, Error> {
    if sql.len() > MAX_BYTES {
        return Err(too_complex(format!("the statement has {} bytes; at most {MAX_BYTES} are allowed", sql.len())));
    }
    check_tokens(sql)?;
    let statements = Parser::new(&GenericDialect {})
        .with_recursion_limit(60)
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_statements());
    let statements = statements.map_err(|error| Error::sql("syntax_error", syntax_message(&error)))?;
    let [statement] = statements.as_slice() else {
        let problem = if statements.is_empty() { "the statement is empty" } else { "send one statement at a time" };
        return Err(Error::sql("one_statement", problem));
    };
    let Statement::Query(query) = statement else {
        return Err(Error::sql("only_select", "only SELECT is allowed here; records are changed through the API"));
    };
    check_query(query)?;
    Ok(named(query))
}

/// The last part of every name that may be a table, lower case; also names of inner queries.
fn named(query: &Query) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let _: ControlFlow<()> = sqlparser::ast::visit_relations(query, |name| {
        let last = name.0.last().and_then(|part| part.as_ident());
        names.extend(last.map(|identifier| identifier.value.to_lowercase()));
        ControlFlow::Continue(())
    });
    names
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every token that is not listed counts as an operator")]
fn check_tokens(sql: &str) -> Result<(), Error> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize()
        .map_err(|error| Error::sql("syntax_error", format!("the statement cannot be read: {error}")))?;
    let (mut count, mut operators, mut nesting) = (0, 0, 0_usize);
    for token in &tokens {
        match token {
            Token::Whitespace(_) | Token::EOF => continue,
            Token::LParen | Token::LBracket | Token::LBrace => nesting += 1,
            Token::RParen | Token::RBracket | Token::RBrace => nesting = nesting.saturating_sub(1),
            Token::Word(word) if chains(word.keyword) => operators += 1,
            Token::Word(_)
            | Token::Number(..)
            | Token::Comma
            | Token::Period
            | Token::SemiColon
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_) => {}
            _ => operators += 1,
        }
        count += 1;
        if nesting > MAX_NESTING {
            return Err(too_complex(format!("parentheses are nested deeper than {MAX_NESTING}")));
        }
    }
    if count > MAX_TOKENS {
        return Err(too_complex(format!(
            "the statement has {count} words and signs; at most {MAX_TOKENS} are allowed"
        )));
    }
    if operators > MAX_OPERATORS {
        return Err(too_complex(format!(
            "the statement has {operators} operators; at most {MAX_OPERATORS} are allowed (use `in (...)` for long lists)"
        )));
    }
    Ok(())
}

/// Keywords that build a chain or a nest of expressions.
fn chains(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::AND
            | Keyword::OR
            | Keyword::NOT
            | Keyword::XOR
            | Keyword::IS
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::SIMILAR
            | Keyword::BETWEEN
            | Keyword::CASE
            | Keyword::UNION
            | Keyword::EXCEPT
            | Keyword::INTERSECT
            | Keyword::JOIN
            | Keyword::COLLATE
            | Keyword::AT
            | Keyword::INTERVAL
    )
}

fn check_query(query: &Query) -> Result<(), Error> {
    let mut counts = Counts::default();
    if let ControlFlow::Break(error) = query.visit(&mut counts) {
        return Err(error);
    }
    if counts.relations > MAX_RELATIONS {
        let message = format!("the statement names {} tables; at most {MAX_RELATIONS} are allowed", counts.relations);
        return Err(too_complex(message));
    }
    if counts.queries > MAX_QUERIES {
        let message = format!("the statement has {} inner queries; at most {MAX_QUERIES} are allowed", counts.queries);
        return Err(too_complex(message));
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    relations: usize,
    queries: usize,
}

impl Visitor for Counts {
    type Break = Error;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Error> {
        self.queries += 1;
        if query.with.as_ref().is_some_and(|with| with.recursive) {
            return ControlFlow::Break(Error::sql("not_allowed", "WITH RECURSIVE is not allowed"));
        }
        let writes = matches!(
            query.body.as_ref(),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_)
        );
        if writes {
            return ControlFlow::Break(Error::sql("only_select", "only SELECT is allowed here"));
        }
        ControlFlow::Continue(())
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other factors hold tables, which are visited themselves")]
    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Error> {
        match factor {
            TableFactor::Table { args: None, .. } => self.relations += 1,
            TableFactor::Table { name, args: Some(_), .. } => {
                let message = format!("`{name}(...)` is not allowed in FROM; use the tables of the warehouse");
                return ControlFlow::Break(Error::sql("not_allowed", message));
            }
            TableFactor::TableFunction { .. } | TableFactor::Function { .. } => {
                return ControlFlow::Break(Error::sql("not_allowed", "functions are not allowed in FROM"));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The plain table names in a statement that we wrote ourselves, lower case.
pub(crate) fn relations(sql: &str) -> Result<BTreeSet<String>, Error> {
    let statements = Parser::parse_sql(&sqlparser::dialect::DuckDbDialect {}, sql)
        .map_err(|error| Error::Defect(format!("our own SQL cannot be parsed: {error}")))?;
    let mut names = BTreeSet::new();
    let _: ControlFlow<()> = sqlparser::ast::visit_relations(&statements, |name| {
        if let [part] = name.0.as_slice()
            && let Some(identifier) = part.as_ident()
        {
            names.insert(identifier.value.to_lowercase());
        }
        ControlFlow::Continue(())
    });
    Ok(names)
}

fn too_complex(message: String) -> Error {
    Error::sql("too_complex", message)
}

fn syntax_message(error: &ParserError) -> String {
    match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.clone(),
        ParserError::RecursionLimitExceeded => "the statement is nested too deeply".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(sql: &str) -> &'static str {
        match check(sql) {
            Ok(_) => "ok",
            Err(Error::Invalid(invalid)) => invalid.0[0].code,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn ordinary_queries_pass() {
        for sql in [
            "select count(*) from deals",
            "with d as (select * from deals where amount > 5) select stage_id, sum(amount) from d group by 1 order by 2 desc limit 5;",
            "select * from deals d join companies c on c.id = d.company_id where d.name like '%x%' and c.city in ('a', 'b')",
            "select case when amount > 5 then 'big' else 'small' end from deals union all select name from leads",
        ] {
            assert_eq!(code(sql), "ok", "{sql}");
        }
    }

    #[test]
    fn anything_but_one_select_is_refused() {
        assert_eq!(code(""), "one_statement");
        assert_eq!(code("select 1; select 2"), "one_statement");
        assert_eq!(code("selec 1"), "syntax_error");
        for sql in [
            "insert into deals values (1)",
            "update deals set name = 'x'",
            "drop table deals",
            "create external table t stored as csv location '/etc/passwd'",
            "copy deals to '/tmp/x'",
            "set datafusion.execution.batch_size = 1",
            "explain analyze select 1",
            "explain select 1",
            "show tables",
            "describe deals",
        ] {
            let code = code(sql);
            assert!(["only_select", "syntax_error"].contains(&code), "{sql}: {code}");
        }
    }

    #[test]
    fn files_functions_in_from_and_recursion_are_refused() {
        assert_eq!(code("select * from generate_series(1, 1000000000)"), "not_allowed");
        assert_eq!(code("select * from read_parquet('/etc/passwd')"), "not_allowed");
        assert_eq!(code("with recursive t as (select 1 union all select * from t) select * from t"), "not_allowed");
    }

    #[test]
    fn statements_that_crash_planners_are_refused_at_once() {
        let chain = |join: &str| vec!["1"; 10_000].join(join);
        let nested = format!("select {}1{}", "(".repeat(200), ")".repeat(200));
        let tables = vec!["deals"; 30].join(", ");
        for sql in [
            format!("select {}", chain("+")),
            format!("select {}", chain(" or ")),
            format!("select {}", chain("||")),
            vec!["select 1"; 5_000].join(" union all "),
            format!("select {} 1", "not ".repeat(2_000)),
            format!("select {}1", "- ".repeat(2_000)),
            format!("select 1{}", "::int".repeat(2_000)),
            nested,
            format!("select * from {tables}"),
            format!("select '{}'", "x".repeat(MAX_BYTES)),
        ] {
            assert_eq!(code(&sql), "too_complex", "{}", &sql[..60.min(sql.len())]);
        }
    }

    #[test]
    fn relations_of_our_own_sql_are_found() {
        let names = relations("select * from \"deals\" d join (select * from companies) c on true").unwrap();

        assert_eq!(names, BTreeSet::from(["companies".to_owned(), "deals".to_owned()]));
    }
}
