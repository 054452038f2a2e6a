//! Where a webhook may call: public addresses over https, and what the configuration names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;

use super::AllowedTargets;

/// Ports of https; anything else on a public machine is hardly meant for us.
const PORTS: [u16; 2] = [443, 8443];
/// Names that never leave the machine or the network.
const LOCAL_NAMES: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "lan"];

/// Networks that are not the public internet (IANA special-purpose address registries).
const CLOSED_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Of IPv6 only `2000::/3` is public at all; these parts of it are not, or hide an IPv4 address.
const CLOSED_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Why an address cannot be called, in words.
pub(super) type Refusal = (&'static str, &'static str);

/// A target that passed every check that needs no look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) url: Url,
    host: String,
    port: u16,
    allowed: bool,
}

/// Checks an address as it is written.
pub(super) fn checked(text: &str, allowed: &AllowedTargets) -> Result<Target, Refusal> {
    let unreadable = ("invalid_url", "must be an address such as https://example.com/hook");
    let url = Url::parse(text.trim()).map_err(|_unreadable| unreadable)?;
    let host = url.host_str().ok_or(unreadable)?.trim_end_matches('.').to_ascii_lowercase();
    let port = url.port_or_known_default().ok_or(unreadable)?;
    if !["https", "http"].contains(&url.scheme()) || host.is_empty() {
        return Err(unreadable);
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(("invalid_url", "must not hold a user, a password or a fragment"));
    }
    let target = Target { allowed: allowed.0.contains(&format!("{host}:{port}")), host, port, url };
    if target.allowed {
        return Ok(target);
    }
    if target.url.scheme() != "https" {
        return Err(("not_https", "must begin with https://"));
    }
    if !PORTS.contains(&target.port) {
        return Err(("blocked_port", "must use port 443 or 8443"));
    }
    let local = LOCAL_NAMES.iter().any(|name| target.host == *name || target.host.ends_with(&format!(".{name}")));
    if local || literal(&target.host).is_some_and(|address| !public(address)) {
        return Err(("blocked_address", "must not lead into a private network"));
    }
    Ok(target)
}

impl Target {
    /// The name that is looked up, as the client knows it.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or(&self.host)
    }

    /// Looks the name up, once, and answers its addresses if all of them may be called.
    pub(super) async fn resolved(&self) -> Result<Vec<SocketAddr>, &'static str> {
        let found = match literal(&self.host) {
            Some(address) => vec![SocketAddr::new(address, self.port)],
            None => tokio::net::lookup_host((self.host.as_str(), self.port))
                .await
                .map_err(|_unknown| "the name is not known")?
                .collect(),
        };
        if found.is_empty() {
            return Err("the name is not known");
        }
        let all_public = found.iter().all(|address| public(address.ip()));
        if self.allowed || all_public { Ok(found) } else { Err("blocked_address") }
    }
}

/// The address in a host that is one: IPv6 stands in brackets.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether an address lies on the public internet.
fn public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            !CLOSED_V4.iter().any(|(network, bits)| (u32::from(address) ^ u32::from(*network)) >> (32 - bits) == 0)
        }
        IpAddr::V6(address) => {
            let global = u128::from(address) >> 125 == 1;
            global
                && !CLOSED_V6
                    .iter()
                    .any(|(network, bits)| (u128::from(address) ^ u128::from(*network)) >> (128 - bits) == 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<&'static str> {
        checked(text, &AllowedTargets::default()).err().map(|(code, _)| code)
    }

    #[test]
    fn every_way_to_write_a_private_address_is_refused() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "[::1]",
            "[::ffff:7f00:1]",
            "0.0.0.0",
            "[::]",
            "169.254.169.254",
            "[fd00:ec2::254]",
            "100.64.0.1",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "224.0.0.1",
            "[fe80::1]",
            "[ff02::1]",
            "localhost",
            "localhost.",
            "db.internal",
            "LOCALHOST",
            "printer.local",
            "[2001:db8::1]",
            "198.18.0.1",
            "255.255.255.255",
        ] {
            assert_eq!(code(&format!("https://{host}/hook")), Some("blocked_address"), "{host}");
        }
    }

    #[test]
    fn other_schemes_ports_and_users_are_refused() {
        for (url, refused) in [
            ("http://example.com/", "not_https"),
            ("file:///etc/passwd", "invalid_url"),
            ("gopher://example.com/", "invalid_url"),
            ("unix:/run/docker.sock", "invalid_url"),
            ("https://user@evil:80@127.0.0.1", "invalid_url"),
            ("https://user@example.com/", "invalid_url"),
            ("https://example.com:22/", "blocked_port"),
            ("https://example.com:5432/", "blocked_port"),
            ("http:\\\\127.0.0.1", "not_https"),
            ("example.com", "invalid_url"),
            ("", "invalid_url"),
        ] {
            assert_eq!(code(url), Some(refused), "{url}");
        }
        for url in
            ["https://example.com/hook?a=b", "https://example.com:8443", "https://8.8.8.8/", "https://[2600::1]/"]
        {
            assert_eq!(code(url), None, "{url}");
        }
    }

    #[test]
    fn what_the_configuration_names_may_be_called() {
        let allowed = AllowedTargets(["127.0.0.1:9000".to_owned(), "hub.internal:80".to_owned()].into());

        assert!(checked("http://127.0.0.1:9000/hook", &allowed).is_ok());
        assert!(checked("http://hub.internal/", &allowed).is_ok());
        assert!(checked("http://127.0.0.1:9001/", &allowed).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_found_out_when_it_is_looked_up() {
        let target = Target {
            url: Url::parse("https://localhost/").expect("an address"),
            host: "localhost".to_owned(),
            port: 443,
            allowed: false,
        };

        assert_eq!(target.resolved().await, Err("blocked_address"));
    }
}
