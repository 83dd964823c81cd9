//! What may be chosen, read from both systems (rule T1).

use std::collections::BTreeMap;

use autotask::{Entity, Field};
use bridge_core::alert::Severity;
use bridge_core::settings::{PickLists, PickValue};
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::Serialize;
use systems::{Config, Use};

use crate::Deps;
use crate::error::Error;
use crate::page::Page;

/// Lists that settings choose from, under Autotask's own names.
const OF_TICKETS: [&str; 8] =
    ["source", "status", "priority", "queueID", "ticketCategory", "ticketType", "issueType", "subIssueType"];
const SLA: &str = "serviceLevelAgreementID";
const OF_NOTES: [&str; 2] = ["noteType", "publish"];
const COMPANY_TYPE: &str = "companyType";

/// A type of alert.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AlertType {
    /// Its name, as settings and alerts have it.
    pub id: String,
    /// For people.
    pub title: String,
    /// Category, for example `Backup`.
    pub category: Option<String>,
    /// Severity unless the alert says otherwise.
    #[schemars(with = "Option<String>")]
    pub severity: Option<Severity>,
}

/// The types of all connections.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AlertTypes {
    /// By name.
    pub items: Vec<AlertType>,
    /// Connections whose types could not be read, and why.
    pub warnings: Vec<String>,
}

/// The pick lists of tickets and their notes.
///
/// # Errors
/// Autotask cannot be read.
pub async fn pick_lists(deps: &Deps) -> Result<PickLists, Error> {
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let read = async |entity| match client.fields(entity).await {
        Ok(fields) => Ok(fields),
        Err(error) => Err(Error::from(deps.systems.failed(&Id::Autotask, error.into()).await)),
    };
    let (tickets, notes) = tokio::try_join!(read(Entity::Tickets), read(Entity::TicketNotes))?;
    let of_tickets = OF_TICKETS.iter().chain([&SLA]).map(|name| (name, &tickets));
    let lists = of_tickets.chain(OF_NOTES.iter().map(|name| (name, &notes)));
    Ok(PickLists(lists.filter_map(|(name, fields)| Some(((*name).to_owned(), values(name, fields)?))).collect()))
}

/// The same lists without a single value, for which every choice is one that has to be looked up.
pub(crate) fn unread() -> PickLists {
    let names = OF_TICKETS.iter().chain([&SLA]).chain(&OF_NOTES);
    PickLists(names.map(|name| ((*name).to_owned(), Vec::new())).collect())
}

fn values(name: &str, fields: &[Field]) -> Option<Vec<PickValue>> {
    let values = fields.iter().find(|field| field.is(name))?.pick_list.as_ref()?;
    let value = |value: &autotask::PickValue| PickValue {
        value: value.value,
        label: value.label.clone(),
        active: value.active,
        parent: value.parent,
    };
    Some(values.iter().map(value).collect())
}

/// A type of company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CompanyType {
    /// Its value, as settings have it.
    pub value: i64,
    /// For people.
    pub label: String,
    /// Whether it can be given to companies still.
    pub active: bool,
}

/// The types of companies, for which customers may be created (rule V1), as of the last minutes.
///
/// # Errors
/// Autotask cannot be read.
pub async fn company_types(deps: &Deps) -> Result<Page<CompanyType>, Error> {
    let config = deps.systems.config().await?;
    let read = read_company_types(deps, &config);
    let types = deps.recent.company_types.get(config.generation, deps.systems.clock.now(), read).await?;
    Ok(Page::whole(types.to_vec()))
}

async fn read_company_types(deps: &Deps, config: &Config) -> Result<Vec<CompanyType>, Error> {
    let client = deps.systems.autotask(config, Use::Work).await?;
    let fields = match client.fields(Entity::Companies).await {
        Ok(fields) => fields,
        Err(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
    };
    let values = values(COMPANY_TYPE, &fields).unwrap_or_default().into_iter();
    let company_type = |PickValue { value, label, active, .. }: PickValue| CompanyType { value, label, active };
    Ok(values.map(company_type).collect())
}

/// Whether notes with this value of *Note Publish* are for the provider's own people alone. Only the label tells: the values differ
/// between databases.
pub(crate) fn is_internal(label: &str) -> bool {
    let label = label.to_lowercase();
    // Of a co-managed customer's own people some work in Autotask.
    label.contains("internal") && !label.contains("managed")
}

/// The alert types of all connections in use.
///
/// # Errors
/// None of the connections can be read.
pub async fn alert_types(deps: &Deps) -> Result<AlertTypes, Error> {
    let config = deps.systems.config().await?;
    let (mut types, mut warnings, mut last) = (BTreeMap::new(), Vec::new(), None);
    for (id, connection) in &config.connections {
        let read = async {
            let client = deps.systems.acronis(&config, id, Use::Work).await?;
            client.alert_types().await.map_err(::systems::Error::from)
        };
        match read.await {
            Ok(found) => types.extend(found.into_iter().map(|found| (found.id.clone(), AlertType::of(found)))),
            Err(error) => {
                let error = deps.systems.failed(&Id::Acronis(id.clone()), error).await;
                warnings.push(format!("{}: {error}", connection.name));
                last = Some(error);
            }
        }
    }
    match last {
        Some(error) if warnings.len() == config.connections.len() => Err(error.into()),
        _ => Ok(AlertTypes { items: types.into_values().collect(), warnings }),
    }
}

impl AlertType {
    /// Whether the manual's ticket synchronization is about it: backup, recovery and quotas.
    #[must_use]
    pub fn is_proposed(&self) -> bool {
        const CATEGORIES: [&str; 3] = ["backup", "recovery", "licensing"];
        let has = |text: &str, word: &str| text.to_lowercase().contains(word);
        let by_category = |category: &str| CATEGORIES.iter().any(|word| has(category, word)) || has(category, "quota");
        let by_name = || ["backup", "recovery"].iter().any(|word| has(&self.id, word));
        has(&self.id, "quota") || self.category.as_deref().map_or_else(by_name, by_category)
    }

    fn of(found: acronis::AlertType) -> Self {
        let title = found.title.unwrap_or_else(|| bridge_core::alert::readable(&found.id));
        Self { title, category: found.category, severity: found.severity, id: found.id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_proposed(id: &str, category: Option<&str>) -> bool {
        let category = category.map(str::to_owned);
        AlertType { id: id.to_owned(), title: String::new(), category, severity: None }.is_proposed()
    }

    #[test]
    fn t1_the_manuals_backup_recovery_and_quota_types_are_proposed() {
        for (id, category) in [
            ("BackupFailed", Some("Backup")),
            ("DrStorageHardQuotaExceeds", Some("Disaster recovery")),
            ("OfferingItemIsNotSufficient", Some("Licensing")),
            ("StorageQuotaExceeded", Some("System")),
            ("BackupRecoveryFailed", None),
        ] {
            assert!(is_proposed(id, category), "{id}");
        }
        for (id, category) in
            [("MalwareDetectedInM365MailboxBackup", Some("Antimalware protection")), ("MachineOffline30", None)]
        {
            assert!(!is_proposed(id, category), "{id}");
        }
    }

    #[test]
    fn t1_only_a_value_for_the_own_people_is_internal() {
        assert!(is_internal("Internal") && is_internal("Internal Users Only"));
        assert!(!is_internal("All Autotask Users") && !is_internal("Internal & Co-managed"));
    }
}
