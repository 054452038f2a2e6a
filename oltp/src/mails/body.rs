//! What a mail says, as plain text and as HTML.

/// Both forms of a mail; what people wrote is escaped in the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailBody {
    text: String,
    html: String,
}

impl MailBody {
    /// A body of these paragraphs, each a sentence or two; the first is the heading.
    pub fn new(paragraphs: &[String]) -> Self {
        Self::written(paragraphs, None)
    }

    /// The same with a button that leads to an address of ours, below the paragraphs.
    pub fn with_button(paragraphs: &[String], (label, url): (&str, &str)) -> Self {
        Self::written(paragraphs, Some((label, url)))
    }

    /// What a person writes to a customer: plain paragraphs, nothing around them; an empty line begins one.
    pub fn letter(text: &str, unsubscribe_url: Option<&str>) -> Self {
        let text = text.replace("\r\n", "\n");
        let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        let inside = paragraphs.map(|paragraph| format!("<p style=\"margin:0 0 12px\">{}</p>", escaped(paragraph)));
        let inside = inside.collect::<Vec<_>>().concat();
        let (end, below) = unsubscribe_url.map_or_else(Default::default, |url| {
            let end = format!("\n\n--\nNo more mail like this: {url}");
            let link = format!("<a href=\"{}\" style=\"color:#6b7280\">No more mail like this</a>", escaped(url));
            (end, format!("<p style=\"margin:24px 0 0;font-size:12px\">{link}</p>"))
        });
        let html = format!(
            "<!doctype html><html><body style=\"margin:0;padding:16px;font:15px/1.5 system-ui,-apple-system,\
             'Segoe UI',sans-serif;color:#1c2430\">{inside}{below}</body></html>"
        );
        Self { text: format!("{}{end}\n", text.trim()), html }
    }

    /// A body as it was stored.
    pub(crate) fn stored(text: String, html: String) -> Self {
        Self { text, html }
    }

    /// The plain text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The HTML page.
    pub fn html(&self) -> &str {
        &self.html
    }

    fn written(paragraphs: &[String], button: Option<(&str, &str)>) -> Self {
        let mut text = paragraphs.join("\n\n");
        let mut inside = paragraphs.iter().map(|text| escaped(text));
        let heading = inside.next().unwrap_or_default();
        let mut rest: String =
            inside.map(|text| format!("<p style=\"margin:0 0 12px\">{text}</p>")).collect::<Vec<_>>().concat();
        if let Some((label, url)) = button {
            text = format!("{text}\n\n{label}: {url}");
            rest = format!(
                "{rest}<p style=\"margin:20px 0 0\"><a href=\"{}\" style=\"display:inline-block;padding:10px 18px;\
                 border-radius:6px;background:#3b5bdb;color:#ffffff;text-decoration:none\">{}</a></p>",
                escaped(url),
                escaped(label)
            );
        }
        let html = format!(
            "<!doctype html><html><body style=\"margin:0;padding:24px;background:#f5f6f8\">\
             <div style=\"max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #dfe3e8;\
             border-radius:8px;font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c2430\">\
             <h1 style=\"margin:0 0 16px;font-size:20px\">{heading}</h1>{rest}</div></body></html>"
        );
        Self { text: text + "\n", html }
    }
}

/// The text as HTML shows it, its line breaks included.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            _ => html.push(letter),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_paragraphs_and_a_way_out() {
        let body = MailBody::letter("Dear <Ada>,\r\n\r\none\ntwo\n", Some("https://crm.example/u?a&b"));

        assert!(body.text().starts_with("Dear <Ada>,\n\none\ntwo\n\n--\n"), "{}", body.text());
        assert!(body.html().contains(">Dear &lt;Ada&gt;,</p>"), "{}", body.html());
        assert!(body.html().contains(">one<br>two</p>"), "{}", body.html());
        assert!(body.html().contains("href=\"https://crm.example/u?a&amp;b\""), "{}", body.html());
        assert!(!MailBody::letter("x", None).text().contains("--"));
    }

    #[test]
    fn what_people_wrote_is_text_in_both_forms() {
        let paragraphs = ["Deal <script>".to_owned(), "two\nlines & more".to_owned()];

        let body = MailBody::with_button(&paragraphs, ("Open \"it\"", "https://crm.example/a?b&c"));

        assert_eq!(body.text(), "Deal <script>\n\ntwo\nlines & more\n\nOpen \"it\": https://crm.example/a?b&c\n");
        assert!(body.html().contains("Deal &lt;script&gt;</h1>"), "{}", body.html());
        assert!(body.html().contains("two<br>lines &amp; more"), "{}", body.html());
        assert!(body.html().contains("href=\"https://crm.example/a?b&amp;c\""), "{}", body.html());
    }
}
