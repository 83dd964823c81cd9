//! What is written on an existing tenant that is mapped (rule V3).

use super::marker::Marker;

/// Values to set; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// The provider's reference, shown in reports.
    pub customer_id: Option<String>,
    /// The integration's marker.
    pub internal_tag: Option<String>,
}

impl References {
    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Rule V3: mapping a tenant marks it as the account's, but never overwrites what somebody else wrote there. Ours are the markers of
/// this installation, and beside such a marker the id of its account.
#[must_use]
pub fn references(marker: &Marker, customer_id: Option<&str>, internal_tag: Option<&str>) -> References {
    let account = marker.account().to_string();
    let (old_id, old_tag) = (filled(customer_id), filled(internal_tag));
    let our_tag = old_tag.and_then(Marker::parse).filter(|old| old.has_same_origin(marker));
    let id_is_ours = old_id.is_none_or(|id| our_tag.as_ref().is_some_and(|tag| tag.account().to_string() == id));
    let tag_is_ours = old_tag.is_none() || our_tag.is_some();
    let is_marked = our_tag.is_some_and(|tag| tag.has_same_account(marker));
    References {
        customer_id: (id_is_ours && old_id != Some(account.as_str())).then_some(account),
        internal_tag: (tag_is_ours && !is_marked).then(|| marker.to_string()),
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;

    fn ours(account: i64) -> Marker {
        Marker::new("i", 1, AccountId(account))
    }

    fn written(customer_id: Option<&str>, tag: Option<&str>) -> (Option<String>, Option<String>) {
        let References { customer_id, internal_tag } = references(&ours(174), customer_id, tag);
        (customer_id, internal_tag)
    }

    #[test]
    fn v3_empty_fields_are_filled() {
        assert_eq!(written(None, Some(" ")), (Some("174".into()), Some(ours(174).to_string())));
    }

    #[test]
    fn v3_what_somebody_else_wrote_stays() {
        assert_eq!(written(Some("CRM-9"), Some("other-tool")), (None, None));
        let other_installation = Marker::new("j", 1, AccountId(175)).to_string();
        assert_eq!(written(Some("175"), Some(&other_installation)), (None, None));
    }

    #[test]
    fn v3_what_we_wrote_for_another_account_is_replaced() {
        let tag = ours(175).to_string();
        assert_eq!(written(Some("175"), Some(&tag)), (Some("174".into()), Some(ours(174).to_string())));
        assert_eq!(written(Some("CRM-9"), Some(&tag)), (None, Some(ours(174).to_string())));
    }

    #[test]
    fn v3_a_tenant_that_is_marked_already_is_not_written_to() {
        let later = ours(174).following().to_string();
        assert!(references(&ours(174), Some("174"), Some(&later)).is_empty());
    }
}
