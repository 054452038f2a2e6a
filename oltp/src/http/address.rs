//! Where a request comes from.

use std::{convert::Infallible, net::SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, request::Parts},
};

/// The address of the peer without its port; `local` when the server does not know it.
///
/// Forwarding headers are not looked at: anybody can write them. The program replaces the peer by
/// what a trusted proxy says before requests come here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(address_of(&parts.extensions)))
    }
}

/// The address that [`ClientAddress`] extracts.
pub fn address_of(extensions: &Extensions) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or_else(|| "local".to_owned(), |ConnectInfo(peer)| peer.ip().to_canonical().to_string())
}
