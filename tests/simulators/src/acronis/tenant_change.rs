//! Creating, changing, deleting and restoring tenants, with the account server's rules.

use jiff::Timestamp;
use serde::Deserialize;

use super::account_error::Refusal;
use super::hierarchy::Hierarchy;
use super::id::TenantId;
use super::quirks::Quirks;
use super::tenant::{Kind, PricingMode, Tenant};
use super::tenant_body::{TenantBody, UpdateLock, bad};

const CURRENCIES: &[&str] = &["AUD", "BRL", "CAD", "EUR", "CNY", "GBP", "JPY", "KZT", "NZD", "RUB", "USD", "ZAR"];

pub(super) const INHERITED_MFA: &str = "Folders and units take the second factor from the tenant above.";

/// Who changes what and when: the same for every change.
pub(super) struct Changer<'a> {
    pub(super) hierarchy: &'a mut Hierarchy,
    pub(super) quirks: &'a Quirks,
    /// Tenant of the token.
    pub(super) caller: TenantId,
    pub(super) now: Timestamp,
}

impl Changer<'_> {
    pub(super) fn create(&mut self, id: TenantId, body: TenantBody) -> Result<(), Refusal> {
        let name = body.name.ok_or_else(|| bad("name: required"))?;
        let parent_id = body.parent_id.ok_or_else(|| bad("parent_id: required"))?;
        let kind = body.kind.ok_or_else(|| bad("kind: required"))?;
        let parent = self.hierarchy.visible(self.caller, parent_id)?;
        if !self.hierarchy.sees_inside(self.caller, parent_id) {
            return Err(Refusal::AccessDenied);
        }
        if !kind.fits_below(parent.kind) {
            return Err(Refusal::BusinessRule("This kind of tenant is not allowed below its parent."));
        }
        if !self.hierarchy.is_active(parent_id) {
            return Err(Refusal::ParentDisabled);
        }
        self.check_name(&name, parent_id, None)?;
        let tenant = Tenant {
            enabled: body.enabled.unwrap_or(true),
            customer_id: body.customer_id.flatten(),
            internal_tag: body.internal_tag.flatten(),
            language: body.language.unwrap_or_else(|| "en".to_owned()),
            ancestral_access: body.ancestral_access.unwrap_or(true),
            locked_by: body.update_lock.and_then(|lock| self.lock_owner(&lock)),
            contact: body.contact.unwrap_or_default(),
            ..Tenant::new(id, self.hierarchy.next_number(), &name, kind, parent_id, self.now)
        };
        self.hierarchy.insert(tenant);
        Ok(())
    }

    pub(super) fn update(&mut self, id: TenantId, body: TenantBody) -> Result<(), Refusal> {
        let version = body.version.ok_or_else(|| bad("version: required"))?;
        let tenant = self.changeable(id, version)?;
        let old_kind = tenant.kind;
        let parent = body.parent_id.unwrap_or(tenant.parent);
        let moved = parent != tenant.parent;
        let name = body.name.unwrap_or_else(|| tenant.name.clone());
        if let Some(kind) = body.kind
            && kind != old_kind
            && !matches!((old_kind, kind), (Kind::Partner, Kind::Folder) | (Kind::Folder, Kind::Partner))
        {
            return Err(Refusal::BusinessRule("The kind changes between partner and folder only."));
        }
        if moved {
            self.check_move(id, parent)?;
        }
        self.check_name(&name, parent, Some(id))?;
        let locked_by = body.update_lock.map(|lock| self.lock_owner(&lock));

        let now = self.now;
        let tenant = self.hierarchy.get_mut(id).ok_or(Refusal::TenantNotFound)?;
        tenant.name = name;
        tenant.parent = parent;
        tenant.kind = body.kind.unwrap_or(old_kind);
        tenant.enabled = body.enabled.unwrap_or(tenant.enabled);
        tenant.ancestral_access = body.ancestral_access.unwrap_or(tenant.ancestral_access);
        tenant.contact.extend(body.contact.unwrap_or_default());
        if let Some(customer_id) = body.customer_id {
            tenant.customer_id = customer_id;
        }
        if let Some(internal_tag) = body.internal_tag {
            tenant.internal_tag = internal_tag;
        }
        if let Some(language) = body.language {
            tenant.language = language;
        }
        if let Some(locked_by) = locked_by {
            tenant.locked_by = locked_by;
        }
        tenant.touch(now);
        Ok(())
    }

    /// Soft-deletes the tenant with everything below it.
    pub(super) fn delete(&mut self, id: TenantId, version: u64) -> Result<(), Refusal> {
        if self.changeable(id, version)?.enabled {
            return Err(Refusal::DeleteBeforeDisable);
        }
        for id in self.hierarchy.subtree(id) {
            if let Some(tenant) = self.hierarchy.get_mut(id)
                && tenant.deleted_at.is_none()
            {
                tenant.deleted_at = Some(self.now);
                tenant.touch(self.now);
            }
        }
        Ok(())
    }

    /// Undoes a soft deletion, of the tenants below too that went with it.
    pub(super) fn restore(&mut self, id: TenantId, force: bool) -> Result<(), Refusal> {
        let tenant = self.hierarchy.visible_or_deleted(self.caller, id)?;
        let (parent, mut name) = (tenant.parent, tenant.name.clone());
        let deleted_at = tenant.deleted_at.ok_or_else(|| bad("the tenant is not deleted"))?;
        if self.hierarchy.get(parent).is_none_or(|parent| parent.deleted_at.is_some()) {
            return Err(Refusal::ParentDisabled);
        }
        let plain = name.clone();
        let mut postfix = 1;
        while let Err(conflict) = self.check_name(&name, parent, Some(id)) {
            if !force {
                return Err(conflict);
            }
            name = format!("{plain} ({postfix})");
            postfix += 1;
        }
        for below in self.hierarchy.subtree(id) {
            if let Some(tenant) = self.hierarchy.get_mut(below)
                && tenant.deleted_at == Some(deleted_at)
            {
                tenant.deleted_at = None;
                tenant.touch(self.now);
            }
        }
        if let Some(tenant) = self.hierarchy.get_mut(id) {
            tenant.name = name;
        }
        Ok(())
    }

    pub(super) fn price(&mut self, id: TenantId, body: &PricingBody) -> Result<(), Refusal> {
        self.hierarchy.visible(self.caller, id)?;
        let now = self.now;
        let tenant = self.hierarchy.get_mut(id).ok_or(Refusal::TenantNotFound)?;
        if body.version.ok_or_else(|| bad("version: required"))? != tenant.pricing.version {
            return Err(Refusal::VersionMismatch);
        }
        if let Some(currency) = &body.currency
            && !CURRENCIES.contains(&currency.as_str())
        {
            return Err(bad("currency: not a known code"));
        }
        let mode = body.mode.unwrap_or(tenant.pricing.mode);
        if (tenant.pricing.mode, mode) == (PricingMode::Production, PricingMode::Trial) {
            return Err(Refusal::BusinessRule("Production cannot be switched back to trial."));
        }
        if mode == PricingMode::Production && tenant.pricing.mode == PricingMode::Trial {
            tenant.start_production(now);
        } else {
            tenant.pricing.version = now.as_millisecond().max(tenant.pricing.version + 1);
        }
        tenant.pricing.currency = body.currency.clone();
        tenant.updated_at = now;
        Ok(())
    }

    pub(super) fn set_mfa(&mut self, id: TenantId, enabled: bool) -> Result<(), Refusal> {
        if !self.hierarchy.visible(self.caller, id)?.kind.has_own_mfa() {
            return Err(Refusal::BusinessRule(INHERITED_MFA));
        }
        let now = self.now;
        let tenant = self.hierarchy.get_mut(id).ok_or(Refusal::TenantNotFound)?;
        tenant.mfa_enabled = enabled;
        tenant.updated_at = now;
        Ok(())
    }

    /// The tenant, if this caller may change it and knows its newest version.
    fn changeable(&self, id: TenantId, version: u64) -> Result<&Tenant, Refusal> {
        let tenant = self.hierarchy.visible(self.caller, id)?;
        if tenant.locked_by.is_some_and(|owner| owner != self.caller) {
            return Err(Refusal::TenantLocked);
        }
        if tenant.version != version {
            return Err(Refusal::VersionMismatch);
        }
        Ok(tenant)
    }

    fn check_move(&self, id: TenantId, target: TenantId) -> Result<(), Refusal> {
        let parent = self.hierarchy.visible(self.caller, target)?;
        let tenant = self.hierarchy.visible(self.caller, id)?;
        if self.hierarchy.is_within(target, id) {
            return Err(Refusal::MoveUnderOwnChild);
        }
        if tenant.kind == Kind::Unit {
            return Err(Refusal::MoveWithinCustomer);
        }
        if !self.hierarchy.is_active(target) {
            return Err(Refusal::MoveUnderDisabled);
        }
        if !tenant.kind.fits_below(parent.kind) {
            return Err(Refusal::BusinessRule("This kind of tenant is not allowed below its parent."));
        }
        Ok(())
    }

    /// Names are compared whatever their case; a soft-deleted tenant has given its name up.
    fn check_name(&self, name: &str, parent: TenantId, own: Option<TenantId>) -> Result<(), Refusal> {
        let wanted = name.to_lowercase();
        let clash = self.hierarchy.all().any(|other| {
            Some(other.id) != own
                && other.deleted_at.is_none()
                && (!self.quirks.names_unique_among_siblings || other.parent == parent)
                && other.name.to_lowercase() == wanted
        });
        if clash { Err(Refusal::NameConflict) } else { Ok(()) }
    }

    fn lock_owner(&self, lock: &UpdateLock) -> Option<TenantId> {
        lock.enabled.then(|| lock.owner_id.unwrap_or(self.caller))
    }
}

/// The body of `PUT /tenants/{id}/pricing`.
#[derive(Debug, Deserialize)]
pub(super) struct PricingBody {
    mode: Option<PricingMode>,
    currency: Option<String>,
    version: Option<i64>,
}
