//! The cookies of a signed-in browser.
//!
//! The tokens are in cookies that scripts cannot read and that go to the API only, and of which other
//! sites cannot make the browser send any (`SameSite=Strict`). A third cookie is there to be read: what
//! it says has to be sent as a header with every request that changes something, which no other site
//! can do either.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Sent by a browser that wants its tokens in cookies.
pub const SESSION_MODE: HeaderName = HeaderName::from_static("x-leadhouse-session");
/// Repeats the readable cookie.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// A cookie of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionCookie {
    /// The access token.
    Access,
    /// The refresh token.
    Refresh,
    /// What is to be repeated as [`CSRF_HEADER`].
    Csrf,
    /// What a browser carries to a sign-in provider and back.
    Journey,
}

impl SessionCookie {
    const ALL: [Self; 3] = [Self::Access, Self::Refresh, Self::Csrf];

    /// Over https the prefix keeps an insecure page from setting it (RFC 6265bis, section 4.1.3).
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Access, true) => "__Secure-leadhouse_access",
            (Self::Access, false) => "leadhouse_access",
            (Self::Refresh, true) => "__Secure-leadhouse_refresh",
            (Self::Refresh, false) => "leadhouse_refresh",
            (Self::Csrf, true) => "__Secure-leadhouse_csrf",
            (Self::Csrf, false) => "leadhouse_csrf",
            (Self::Journey, true) => "__Secure-leadhouse_journey",
            (Self::Journey, false) => "leadhouse_journey",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Access => "/api",
            Self::Refresh => "/api/auth",
            Self::Csrf => "/",
            Self::Journey => "/api/auth/oidc",
        }
    }

    /// The header that keeps it for so many seconds; none of ours has a letter that needs quoting.
    pub fn set(self, value: &str, secure: bool, max_age_s: i64) -> Option<HeaderValue> {
        let (name, path) = (self.name(secure), self.path());
        let hidden = if self == Self::Csrf { "" } else { "; HttpOnly" };
        let secure = if secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path={path}; Max-Age={max_age_s}; SameSite=Strict{hidden}{secure}");
        HeaderValue::from_str(&cookie).ok()
    }

    /// The value that came with a request.
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(given, _)| *given == name).map(|(_, value)| value).filter(|value| !value.is_empty())
    }
}

/// Headers that remove every cookie of a session.
pub fn forget_session(secure: bool) -> Vec<HeaderValue> {
    SessionCookie::ALL.iter().filter_map(|cookie| cookie.set("", secure, 0)).collect()
}

/// Whether the browser or program wants its tokens in cookies.
pub fn wants_cookies(headers: &HeaderMap) -> bool {
    headers.get(SESSION_MODE).is_some_and(|mode| mode.as_bytes() == b"cookie")
}

/// Whether the request may come from a page of ours, by what browsers say about it: another site
/// cannot make them say otherwise. Programs say nothing.
pub fn from_own_pages(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text(&HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == public_url.trim_end_matches('/') || host.is_some_and(|host| text(&header::HOST) == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn tokens_are_hidden_from_scripts_and_sent_to_the_interface_only() {
        let access = SessionCookie::Access.set("t", true, 3_600).expect("a header");
        let csrf = SessionCookie::Csrf.set("c", false, 60).expect("a header");

        let expected = "__Secure-leadhouse_access=t; Path=/api; Max-Age=3600; SameSite=Strict; HttpOnly; Secure";
        assert_eq!(access, expected);
        assert_eq!(csrf, "leadhouse_csrf=c; Path=/; Max-Age=60; SameSite=Strict");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let sent = headers(&[("cookie", "a=1; leadhouse_access=t; __Secure-leadhouse_access=s; leadhouse_csrf=")]);

        assert_eq!(SessionCookie::Access.read(&sent, false), Some("t"));
        assert_eq!(SessionCookie::Access.read(&sent, true), Some("s"));
        assert_eq!(SessionCookie::Csrf.read(&sent, false), None);
    }

    #[test]
    fn other_sites_are_told_apart_by_what_browsers_say() {
        let public = "https://crm.example.com";
        for (pairs, ours) in [
            (&[][..], true),
            (&[("origin", "https://crm.example.com"), ("host", "10.0.0.1")], true),
            (&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], true),
            (&[("origin", "https://evil.example"), ("host", "crm.example.com")], false),
            (&[("origin", "null"), ("host", "crm.example.com")], false),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
        ] {
            assert_eq!(from_own_pages(&headers(pairs), public), ours, "{pairs:?}");
        }
    }
}
