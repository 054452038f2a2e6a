//! What every route shares: who calls, how a body is read, how an error looks.
//!
//! [`Problem`] is the only way an error leaves the program. [`JsonBody`], [`QueryParameters`] and
//! [`PathParameters`] read a request and refuse it with a [`Problem`] that names the field.
//! [`Caller`] is who asks, as the program's authentication layer found out from the [`bearer`]
//! token. [`request_scope`] gives each request its id, which problems and the audit log repeat.

mod address;
mod body;
mod caller;
mod cookies;
mod fallback;
mod live_object;
mod parameters;
mod problem;
mod request_id;

pub use address::{ClientAddress, address_of};
pub use body::JsonBody;
pub use caller::{Caller, bearer};
pub use cookies::{CSRF_HEADER, SESSION_MODE, SessionCookie, forget_session, from_own_pages, wants_cookies};
pub use fallback::{BODY_LIMIT_BYTES, method_not_allowed, not_found, with_fallbacks};
pub use live_object::LiveObject;
pub(crate) use parameters::query_pairs;
pub use parameters::{PathParameters, QueryParameters};
pub use problem::Problem;
pub use request_id::{REQUEST_ID_HEADER, current_request_id, request_scope, within_request};
