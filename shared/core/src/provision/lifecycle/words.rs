//! What the console says about a tenant's life.

use std::fmt;

use super::{Step, WhyHeld};

impl fmt::Display for WhyHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InUse => "The tenant is still in use: backups or data would stop being protected.",
            Self::UsageUnknown => "Whether the tenant is in use is not known at present.",
            Self::EnabledByHand => "Somebody enabled the tenant in Acronis after the integration had disabled it.",
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaveAlone => f.write_str("Nothing is to be done."),
            Self::Count { until } => write!(f, "Without a selling contract. The tenant will be disabled on {}.", day(*until)),
            Self::Disable => f.write_str("Without a selling contract for so long that the tenant is disabled."),
            Self::HoldDisable(why) => write!(
                f,
                "Without a selling contract for so long that the tenant should be disabled. {why} Approve it, or exclude the account."
            ),
            Self::AskDelete => f.write_str(
                "The integration disabled the tenant and no contract has returned. Confirm to delete it with all its data; Acronis bills it until then.",
            ),
            Self::Delete => f.write_str("The tenant is deleted, as confirmed."),
            Self::EnableAgain => f.write_str("A selling contract has returned: the tenant is enabled again."),
            Self::DisabledByHand => f.write_str(
                "The tenant was disabled in Acronis by hand and is left alone. Acronis bills disabled tenants. Enable it there if it is needed.",
            ),
        }
    }
}

fn day(at: jiff::Timestamp) -> impl fmt::Display {
    at.strftime("%Y-%m-%d")
}
