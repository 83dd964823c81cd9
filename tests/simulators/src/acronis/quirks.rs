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
    /// A new tenant has everything on that its parent has, instead of nothing.
    pub new_tenants_inherit_items: bool,
    /// A refused item write keeps what came before the refused item, instead of nothing.
    pub item_writes_stop_at_refusal: bool,
    /// A quota sent for a feature or an item that is off is ignored instead of refused.
    pub stray_quotas_ignored: bool,
    /// A stale quota version answers 426 instead of 409.
    pub quota_conflict_is_426: bool,
    /// Going below the usage is refused with code 1027 instead of 1022.
    pub usage_refused_as_business_rule: bool,
    /// A customer cannot give up the default storage either.
    pub default_storage_fixed_at_customers: bool,
    /// One customer may have items of several editions of an application.
    pub editions_may_be_mixed: bool,
    /// Whole amounts are written `10.0` instead of `10`.
    pub whole_numbers_as_doubles: bool,
    /// The list of a whole subtree shows items that were never on, as the list of one tenant does.
    pub subtree_lists_untouched_items: bool,
    /// Most offering items or users on a page, whatever `limit` says.
    pub max_item_limit: usize,
    /// Usages are measured at each multiple of this many hours.
    pub usage_period_hours: i64,
    /// Times of usages carry a zone.
    pub usage_times_with_zone: bool,
    /// `value` of a usage is 0; only `absolute_value` tells.
    pub usage_value_is_zero: bool,
    /// An item that is on but was never used has no usage line.
    pub unused_items_unlisted: bool,
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
            new_tenants_inherit_items: false,
            item_writes_stop_at_refusal: false,
            stray_quotas_ignored: false,
            quota_conflict_is_426: false,
            usage_refused_as_business_rule: false,
            default_storage_fixed_at_customers: false,
            editions_may_be_mixed: false,
            whole_numbers_as_doubles: false,
            subtree_lists_untouched_items: false,
            max_item_limit: 5_000,
            usage_period_hours: 6,
            usage_times_with_zone: false,
            usage_value_is_zero: false,
            unused_items_unlisted: false,
            application_code_required: false,
        }
    }
}
