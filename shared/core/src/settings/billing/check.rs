//! What is refused on the *Billing and provisioning* tab.

use std::collections::{BTreeMap, BTreeSet};

use super::{Billing, Managed, Products, Row};
use crate::id::ServiceId;
use crate::item::{Kind, Offer};
use crate::settings::Problem;

impl Billing {
    /// Everything that is wrong with these settings, whatever the systems have now.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let provisioning = &self.provisioning;
        if provisioning.automatic && provisioning.company_types.is_empty() {
            problems.push(Problem::new(
                "billing.provisioning.company_types",
                "choose at least one company type for which customers are created",
            ));
        }
        if provisioning.language.trim().is_empty() {
            problems
                .push(Problem::new("billing.provisioning.language", "give the language of new customers, such as en"));
        }
        let deprovisioning = &self.deprovisioning;
        if deprovisioning.disable_after_days == Some(0) {
            problems.push(Problem::new("billing.deprovisioning.disable_after_days", "must be at least one day"));
        }
        if deprovisioning.delete_after_days == Some(0) {
            problems.push(Problem::new("billing.deprovisioning.delete_after_days", "must be at least one day"));
        }
        if deprovisioning.delete_after_days.is_some() && deprovisioning.disable_after_days.is_none() {
            problems.push(Problem::new(
                "billing.deprovisioning.delete_after_days",
                "only customers that were disabled are deleted: choose after how many days to disable them first",
            ));
        }
        problems
    }
}

impl Products {
    /// Everything that is wrong with this mapping, given what the connection's partners can offer now. An item that is not
    /// offered any more is no problem: it stays as it is.
    #[must_use]
    pub fn problems(&self, offers: &[Offer]) -> Vec<Problem> {
        let mut problems = self.repeated_items();
        for row in &self.rows {
            let Some(managed) = row.managed() else { continue };
            problems.extend(unusable(row, managed, offers));
        }
        problems.extend(self.services_on_two_items());
        problems.extend(self.default_storages_that_are_none(offers));
        problems.extend(self.editions_without_items(offers));
        problems
    }

    fn repeated_items(&self) -> Vec<Problem> {
        let mut seen = BTreeSet::new();
        let repeated = self.rows.iter().filter(|row| !seen.insert(&row.item));
        repeated.map(|row| Problem::new(field(row, "item"), "the item has two rows: leave one")).collect()
    }

    /// Rule P8: every row that shares its service with another item of its edition has to say so.
    fn services_on_two_items(&self) -> Vec<Problem> {
        let mut sold: BTreeMap<(ServiceId, Option<&str>), Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            if let Some(service) = row.managed().and_then(|managed| managed.service) {
                sold.entry((service, row.edition.as_deref())).or_default().push(row);
            }
        }
        let mut problems = Vec::new();
        for rows in sold.into_values() {
            for row in rows.iter().filter(|row| row.managed().is_some_and(|managed| !managed.share)) {
                if let Some(other) = rows.iter().find(|other| other.item != row.item) {
                    let message = format!(
                        "{} follows the same service, so each unit sold would count twice: choose another service for \
                         one of them, or tick Share in both rows",
                        other.item
                    );
                    problems.push(Problem::new(field(row, "service"), message));
                }
            }
        }
        problems
    }

    /// Rule P10: the default storage is one of the storages of that name.
    fn default_storages_that_are_none(&self, offers: &[Offer]) -> Vec<Problem> {
        let known = || self.rows.iter().map(|row| &row.item).chain(offers.iter().map(|offer| &offer.id));
        let is_storage =
            |name: &str, infra| known().any(|item| item.name == name && item.infra.as_ref() == Some(infra));
        let wrong = self.default_storages.iter().filter(|(name, infra)| !is_storage(name, infra));
        wrong
            .map(|(name, infra)| {
                let message = format!("{infra} is not among the storages of {name}: choose one of those");
                Problem::new(format!("default_storages.{name}"), message)
            })
            .collect()
    }

    /// Rule P2: the edition for new tenants is one of its application's.
    fn editions_without_items(&self, offers: &[Offer]) -> Vec<Problem> {
        let of_rows = self.rows.iter().map(|row| (&row.item.application, row.edition.as_ref()));
        let of_offers = offers.iter().map(|offer| (&offer.id.application, offer.edition.as_ref()));
        let known: BTreeSet<_> = of_rows.chain(of_offers).collect();
        let wrong =
            self.editions.iter().filter(|(application, edition)| !known.contains(&(*application, Some(*edition))));
        wrong
            .map(|(application, edition)| {
                let message = format!("no item of the application has the billing mode “{edition}”: choose another");
                Problem::new(format!("editions.{application}"), message)
            })
            .collect()
    }
}

/// What is wrong with a managed row by itself.
fn unusable(row: &Row, managed: &Managed, offers: &[Offer]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if managed.unit_size.is_some_and(|size| size <= 0) {
        problems.push(Problem::new(field(row, "unit_size"), "what one unit stands for must be more than nothing"));
    }
    let is_of_no_known_kind = |offer: &Offer| offer.id == row.item && offer.kind == Kind::Other;
    if offers.iter().any(is_of_no_known_kind) {
        let message = "Acronis does not document what this item counts, so it is left alone: choose Not managed";
        problems.push(Problem::new(field(row, "treatment"), message));
    }
    problems
}

fn field(row: &Row, part: &str) -> String {
    format!("rows.{}.{part}", row.item)
}

#[cfg(test)]
mod tests {
    use super::super::{Deprovisioning, Provisioning, Treatment};
    use super::*;
    use crate::id::{ApplicationId, ConnectionId};
    use crate::item::{ItemId, Unit};

    fn row(name: &str, infra: Option<&str>, edition: &str, managed: Managed) -> Row {
        let item = ItemId { application: "cyber".into(), name: name.to_owned(), infra: infra.map(Into::into) };
        Row { item, edition: Some(edition.to_owned()), unit: Unit::Quantity, treatment: Treatment::Managed(managed) }
    }

    fn sold_by(service: i64) -> Managed {
        Managed { service: Some(ServiceId(service)), free: false, unit_size: None, soft: false, share: false }
    }

    fn fields(rows: &[Row]) -> Vec<String> {
        let products = Products { rows: rows.to_vec(), ..Products::of(ConnectionId::new("partner")) };
        products.problems(&[]).into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn p8_one_service_on_two_items_of_an_edition_is_refused_unless_the_rows_say_share() {
        let shared = || Managed { share: true, ..sold_by(1) };
        let (servers, vms) = ("pw_base_servers", "pw_base_vms");
        let both = |one, other| fields(&[row(servers, None, "pw", one), row(vms, None, "pw", other)]);
        assert_eq!(both(sold_by(1), sold_by(1)), ["rows.pw_base_servers.service", "rows.pw_base_vms.service"]);
        assert_eq!(both(shared(), sold_by(1)), ["rows.pw_base_vms.service"]);
        assert!(both(shared(), shared()).is_empty());
        assert!(both(sold_by(1), sold_by(2)).is_empty());
    }

    #[test]
    fn p8_the_twin_of_another_edition_may_follow_the_same_service() {
        let rows = [row("pw_base_servers", None, "pw", sold_by(1)), row("pg_base_servers", None, "pg", sold_by(1))];
        assert!(fields(&rows).is_empty());
    }

    #[test]
    fn p3_a_unit_size_is_more_than_nothing() {
        for size in [0, -1] {
            let managed = Managed { unit_size: Some(size), ..sold_by(1) };
            assert_eq!(fields(&[row("pw_base_servers", None, "pw", managed)]), ["rows.pw_base_servers.unit_size"]);
        }
    }

    #[test]
    fn p3_an_item_has_one_row() {
        let servers = row("pw_base_servers", None, "pw", sold_by(1));
        assert_eq!(fields(&[servers.clone(), servers]), ["rows.pw_base_servers.item"]);
    }

    #[test]
    fn p10_the_default_storage_is_one_of_its_name() {
        let mut products = Products::of(ConnectionId::new("partner"));
        products.rows.push(row("pw_base_storage", Some("a"), "pw", sold_by(1)));
        products.default_storages.insert("pw_base_storage".to_owned(), "a".into());
        assert_eq!(products.problems(&[]), []);
        products.default_storages.insert("pw_base_storage".to_owned(), "b".into());
        assert_eq!(products.problems(&[])[0].field, "default_storages.pw_base_storage");
    }

    #[test]
    fn p2_the_edition_of_new_tenants_is_one_of_the_applications() {
        let mut products = Products::of(ConnectionId::new("partner"));
        products.rows.push(row("pw_base_servers", None, "pw", sold_by(1)));
        products.editions.insert(ApplicationId::new("cyber"), "pg".to_owned());
        assert_eq!(products.problems(&[])[0].field, "editions.cyber");
        products.editions.insert(ApplicationId::new("cyber"), "pw".to_owned());
        assert_eq!(products.problems(&[]), []);
    }

    #[test]
    fn p3_an_item_of_an_undocumented_kind_is_not_managed() {
        let products = Products { rows: vec![row("odd", None, "pw", sold_by(1))], ..Products::of("partner".into()) };
        let item = products.rows[0].item.clone();
        let offer = |kind| [Offer { id: item.clone(), edition: None, usage_name: None, kind, unit: Unit::Quantity }];
        assert_eq!(products.problems(&offer(Kind::Other))[0].field, "rows.odd.treatment");
        assert_eq!(products.problems(&offer(Kind::Count)), []);
    }

    #[test]
    fn v6_only_what_was_disabled_is_deleted() {
        let days = |disable_after_days, delete_after_days| Billing {
            deprovisioning: Deprovisioning { disable_after_days, delete_after_days },
            ..Billing::default()
        };
        assert_eq!(Billing::default().problems(), []);
        assert_eq!(days(Some(10), Some(30)).problems(), []);
        assert_eq!(days(None, Some(30)).problems()[0].field, "billing.deprovisioning.delete_after_days");
        assert_eq!(days(Some(0), None).problems()[0].field, "billing.deprovisioning.disable_after_days");
    }

    #[test]
    fn v1_customers_are_created_for_chosen_company_types_only() {
        let mut billing = Billing::default();
        billing.provisioning.automatic = true;
        assert_eq!(billing.problems(), []);
        billing.provisioning.company_types.clear();
        assert_eq!(billing.problems()[0].field, "billing.provisioning.company_types");
    }

    #[test]
    fn v1_new_customers_go_through_the_chosen_connection_or_the_only_one_that_is_in_use() {
        let (a, b) = (ConnectionId::new("a"), ConnectionId::new("b"));
        let among = |chosen: Option<&ConnectionId>, in_use: &[ConnectionId]| {
            let provisioning = Provisioning { connection: chosen.cloned(), ..Provisioning::default() };
            provisioning.connection_among(in_use).cloned()
        };
        assert_eq!(among(None, std::slice::from_ref(&a)), Some(a.clone()));
        assert_eq!(among(None, &[a.clone(), b.clone()]), None);
        assert_eq!(among(Some(&b), &[a.clone(), b.clone()]), Some(b.clone()));
        assert_eq!(among(Some(&b), &[a]), None, "it is not in use any more");
    }
}
