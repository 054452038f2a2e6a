//! How alike two records are, and why.

use serde_json::Value;

use crate::records::Record;

/// From here on two records are shown as possibly the same.
pub(super) const LIKELY: u8 = 70;
/// Names at least this alike are the same name, written differently.
const SAME_NAME: f64 = 0.92;
/// Last digits by which two phone numbers are the same.
const PHONE_DIGITS: usize = 8;
/// Fewer digits are an extension, not a number.
const LEAST_DIGITS: usize = 7;
/// Mail hosts of people, which say nothing about their employer.
const PUBLIC_HOSTS: [&str; 10] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "gmx.de",
    "gmx.net",
    "web.de",
];
/// Legal forms, which people leave out.
const LEGAL_FORMS: [&str; 14] = [
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "llc",
    "gmbh",
    "ag",
    "corp",
    "corporation",
    "co",
    "sa",
    "bv",
    "plc",
    "kg",
];

/// How alike two records are, 0 to 100, with the reasons; the strongest reason counts in full, each
/// further one brings half of what is missing.
pub(super) fn likeness(one: &Record, other: &Record) -> (u8, Vec<String>) {
    let mut found: Vec<(f64, String)> = Vec::new();
    if let Some((one, other)) = both(one, other, "email", |text| Some(text.trim().to_lowercase()))
        && one == other
    {
        found.push((0.95, format!("Same e-mail address: {one}")));
    }
    if let Some((one, other)) = both(one, other, "phone", digits)
        && one == other
    {
        found.push((0.8, "Same phone number".to_owned()));
    }
    if let Some((one, other)) = both(one, other, "website", |text| Some(host(text)))
        && one == other
    {
        found.push((0.85, format!("Same website: {one}")));
    }
    found.extend(name(one, other));
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    let sure = found.iter().enumerate().fold(
        0.0,
        |sure: f64, (at, (weight, _))| {
            if at == 0 { *weight } else { sure + (1.0 - sure) * weight / 2.0 }
        },
    );
    (percent(sure), found.into_iter().map(|(_, reason)| reason).collect())
}

/// The same name means little alone, and much at the same company.
fn name(one: &Record, other: &Record) -> Option<(f64, String)> {
    let (first, second) = both(one, other, "name", |text| Some(plain(text)))?;
    let alike = alike(&first, &second);
    if alike < SAME_NAME {
        return None;
    }
    let words = if alike >= 1.0 { "Same name".to_owned() } else { format!("Names {} % alike", percent(alike)) };
    let company = both(one, other, "company_name", |text| Some(plain(text)))
        .is_some_and(|(one, other)| self::alike(&one, &other) >= SAME_NAME)
        || both(one, other, "company_id", |text| Some(text.to_owned())).is_some_and(|(one, other)| one == other);
    let host = both(one, other, "email", employer).is_some_and(|(one, other)| one == other);
    match (company, host) {
        (true, _) => Some((0.85 * alike, format!("{words}, same company"))),
        (false, true) => Some((0.8 * alike, format!("{words}, same mail domain"))),
        (false, false) => Some((0.6 * alike, words)),
    }
}

/// Both records' values of a field, made comparable; nothing when one has none.
fn both(
    one: &Record,
    other: &Record,
    field: &str,
    comparable: impl Fn(&str) -> Option<String>,
) -> Option<(String, String)> {
    let of = |record: &Record| {
        let text = record.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty())?;
        comparable(text).filter(|text| !text.is_empty())
    };
    Some((of(one)?, of(other)?))
}

/// Words in lower case without marks and legal forms, in alphabetical order: `Lovelace, Ada` and
/// `ada lovelace` are the same.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && !LEGAL_FORMS.contains(word))
        .collect();
    words.sort_unstable();
    words.join(" ")
}

fn alike(one: &str, other: &str) -> f64 {
    if one == other { 1.0 } else { strsim::jaro_winkler(one, other).min(0.99) }
}

fn digits(text: &str) -> Option<String> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let start = digits.len().saturating_sub(PHONE_DIGITS);
    (digits.len() >= LEAST_DIGITS).then(|| digits.iter().skip(start).collect())
}

fn host(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let bare = lower.split("://").last().unwrap_or_default();
    let host = bare.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

fn employer(text: &str) -> Option<String> {
    let host = text.trim().to_lowercase().rsplit_once('@').map(|(_, host)| host.to_owned())?;
    (!PUBLIC_HOSTS.contains(&host.as_str())).then_some(host)
}

/// A share as a whole number of hundredths, rounded.
fn percent(share: f64) -> u8 {
    let hundredths = (share * 100.0).round().clamp(0.0, 100.0);
    (0..=100).find(|whole| f64::from(*whole) >= hundredths).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(one: Value, other: Value) -> u8 {
        let record = |value: Value| value.as_object().expect("an object").clone();
        likeness(&record(one), &record(other)).0
    }

    #[test]
    fn the_same_mail_phone_or_site_is_likely_the_same_record() {
        assert_eq!(of(json!({"email": "Ada@X.example "}), json!({"email": "ada@x.example"})), 95);
        assert_eq!(of(json!({"phone": "+49 (30) 123-4567"}), json!({"phone": "0049301234567"})), 80);
        assert_eq!(
            of(json!({"website": "https://www.acme.example/about"}), json!({"website": "http://acme.example"})),
            85
        );
        assert_eq!(of(json!({"phone": "12"}), json!({"phone": "12"})), 0);
    }

    #[test]
    fn a_name_counts_with_its_company_and_little_alone() {
        let ada = |company: &str| json!({"name": "Ada Lovelace", "company_name": company});

        assert_eq!(of(json!({"name": "Lovelace, Ada"}), json!({"name": "ada lovelace"})), 60);
        assert!(
            of(ada("Analytical Engines Ltd."), json!({"name": "Ada Lovelac", "company_name": "analytical engines"}))
                >= LIKELY
        );
        assert!(of(ada("Analytical Engines"), ada("Byron & Co")) < LIKELY);
        assert_eq!(of(json!({"name": "Ada Lovelace"}), json!({"name": "Charles Babbage"})), 0);
    }

    #[test]
    fn a_public_mail_host_is_no_employer() {
        let person = |name: &str, email: &str| json!({"name": name, "email": email});

        assert!(of(person("Ada King", "a@acme.example"), person("Ada King", "ada@acme.example")) >= LIKELY);
        assert!(of(person("Ada King", "a@gmail.com"), person("Ada King", "ada@gmail.com")) < LIKELY);
    }

    #[test]
    fn reasons_add_up_and_are_told_strongest_first() {
        let record = |name: &str| json!({"name": name, "email": "a@x.example", "phone": "030 1234567"});
        let record = |name| record(name).as_object().expect("an object").clone();

        let (sure, reasons) = likeness(&record("Ada King"), &record("Ada King"));

        assert!(sure >= 97, "{sure}");
        assert_eq!(reasons, ["Same e-mail address: a@x.example", "Same phone number", "Same name, same mail domain"]);
    }
}
