//! Choices where the documents are silent or contradict each other.

/// How this simulator behaves where nobody outside the vendor can know. Each switch is a question that the documents leave open;
/// a client has to live with every answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// The token answer carries `expires_in` beside `expires_on`.
    pub token_expires_in: bool,
    /// Account error codes are written as text (`"1006"`).
    pub text_error_codes: bool,
    /// "Not found" of the account server is the bare `{"error":{"code":404,"message":"Not found"}}`.
    pub bare_not_found: bool,
    /// Alerts lack `tenant.uuid`, as in the published model.
    pub no_tenant_uuid: bool,
    /// Native alert ids are written in lower case.
    pub lower_case_alert_ids: bool,
    /// The alert filter `tenant` takes in the tenants below.
    pub tenant_filter_takes_in_subtree: bool,
    /// The alert filter `tenant` understands the numeric id.
    pub tenant_filter_takes_number: bool,
    /// Alerts on a page when `limit` is missing.
    pub default_alert_limit: usize,
    /// Most alerts on a page, whatever `limit` says.
    pub max_alert_limit: usize,
    /// Most tenants on a page, whatever `limit` says.
    pub max_tenant_limit: usize,
    /// An alert that cleared by itself vanishes instead of being kept as dismissed.
    pub cleared_alerts_vanish: bool,
    /// Dismissed alerts cannot be read by id, even with `show_deleted`.
    pub dismissed_unreadable_by_id: bool,
    /// Dismissing a dismissed alert answers 204 instead of 404.
    pub dismissing_twice_succeeds: bool,
    /// `updatedAt` stays where it was when an alert is raised again.
    pub re_raise_keeps_updated_at: bool,
    /// Tenant names must differ among siblings only, not in the whole hierarchy.
    pub names_unique_among_siblings: bool,
    /// Longest tenant name, in characters.
    pub max_name_length: usize,
    /// Calls without `X-Application-Secret` are refused, as at certification.
    pub application_code_required: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            token_expires_in: false,
            text_error_codes: false,
            bare_not_found: false,
            no_tenant_uuid: false,
            lower_case_alert_ids: false,
            tenant_filter_takes_in_subtree: false,
            tenant_filter_takes_number: false,
            default_alert_limit: 100,
            max_alert_limit: 1_000,
            max_tenant_limit: 5_000,
            cleared_alerts_vanish: false,
            dismissed_unreadable_by_id: false,
            dismissing_twice_succeeds: false,
            re_raise_keeps_updated_at: false,
            names_unique_among_siblings: false,
            max_name_length: 255,
            application_code_required: false,
        }
    }
}
