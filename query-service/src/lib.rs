//! Plans and runs analytical queries under the policy of the caller.

pub mod rel;
