//! The real address of whoever asks, when a proxy that we trust stands in between.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};

const FORWARDED: &str = "x-forwarded-for";

/// Replaces the peer's address by the one it forwards for, if the peer is one of the trusted proxies.
///
/// Of the list in `X-Forwarded-For` only the part that trusted proxies wrote counts: the last address
/// that is not one of theirs.
pub(super) async fn layer(State(trusted): State<Arc<[IpAddr]>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    if let Some(peer) = peer.filter(|peer| trusted.contains(&peer.ip().to_canonical())) {
        let headers = request.headers().get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
        let listed: Vec<&str> = headers.flat_map(|list| list.split(',')).map(str::trim).collect();
        if let Some(address) = behind(&listed, &trusted) {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, peer.port())));
        }
    }
    next.run(request).await
}

fn behind(listed: &[&str], trusted: &[IpAddr]) -> Option<IpAddr> {
    for text in listed.iter().rev() {
        let address: IpAddr = text.parse().ok()?; // what cannot be read was not written by a proxy of ours
        if !trusted.contains(&address.to_canonical()) {
            return Some(address.to_canonical());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let trusted = ["10.0.0.1", "10.0.0.2"].map(|address| address.parse().expect("an address"));
        let found = |listed: &[&str]| behind(listed, &trusted).map(|address| address.to_string());

        assert_eq!(found(&["203.0.113.9"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(found(&["1.1.1.1", "203.0.113.9", "10.0.0.2"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(found(&["203.0.113.9", "unknown"]), None);
        assert_eq!(found(&[]), None);
    }
}
