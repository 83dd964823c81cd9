//! *Map to new customer tenant* (rules V2 to V4): notes what is wanted, and sends a worker.

use autotask::Company;
use billing::tenants::Tree;
use bridge_core::id::AccountId;
use bridge_core::provision::{Answer, Contact, Creation, Customer, Former, Marker};
use bridge_core::settings::billing::Pricing;
use bridge_core::system::Id;
use store::record::account::OnPurpose;
use store::record::{Account, Installation, Mapping};
use store::table::{Read, Stored};
use systems::Use;

use super::Edit;
use super::apply::{Done, Stop, Turn, account_taken};
use super::check::{Why, unread};
use super::wish::New;
use crate::error::Error;
use crate::{Deps, hints, journal};

/// What *Map to new customer tenant* would make, and where.
pub(crate) struct Prospect {
    pub(crate) connection_name: String,
    pub(crate) parent_name: String,
    pub(crate) pricing: Pricing,
    pub(crate) administrator: bool,
}

/// What making a tenant in this mode comes to.
pub(crate) fn billed(pricing: Pricing) -> &'static str {
    match pricing {
        Pricing::Production => {
            "It is made in production mode: that cannot be taken back, and Acronis bills the whole month."
        }
        Pricing::Trial => "It is made in trial mode, and Acronis makes it production after a full month.",
    }
}

/// What would be made as the settings are.
///
/// # Errors
/// The table cannot be read. Inside: why nothing would be made.
pub(crate) async fn prospect(deps: &Deps) -> Result<Result<Prospect, String>, Error> {
    let config = deps.systems.config().await?;
    let (connection, parent) = match New::as_set().place(&config) {
        Ok(place) => place,
        Err(why) => return Ok(Err(why.message)),
    };
    let tree = Tree::stored(&deps.systems.table, &connection).await?;
    let provisioning = &config.settings.billing.provisioning;
    Ok(Ok(Prospect {
        connection_name: config.connections.get(&connection).map(|found| found.name.clone()).unwrap_or_default(),
        parent_name: tree.get(&parent).map_or_else(|| parent.to_string(), |node| node.name.clone()),
        pricing: provisioning.pricing,
        administrator: provisioning.administrator,
    }))
}

impl Turn<'_> {
    pub(super) async fn create(
        &self,
        &Edit { account, confirm, .. }: &Edit,
        new: New<'_>,
        current: Option<Stored<Mapping>>,
    ) -> Result<Done, Stop> {
        if let Some(stored) = current {
            return Err(account_taken(&stored.value).into());
        }
        if account.0 == 0 {
            return Err(Why::new("own_company", "this is the own company, which is nobody's customer")
                .at("account")
                .into());
        }
        let (connection, parent) = new.place(self.config)?;
        let company = self.sides.company(account)?;
        if !confirm {
            self.is_customer(company)?;
        }
        self.sides.parent(&connection, &parent)?;
        let former = self.free(account, new).await?;
        let marker = self.marker(account).await?;
        let customer = Customer { name: company.name.clone(), contact: Contact::default() };
        let now = self.deps.systems.clock.now();
        let (settings, by) = (&self.config.settings.billing.provisioning, Some(self.by.name.clone()));
        let mut creation = Creation::new(marker, (connection, parent), customer, settings, former, by, now);
        if new.anew {
            creation.answer(Answer::New);
        }
        let mut is_taken = false;
        let begin = |record: Option<Account>| {
            let mut record = record.unwrap_or_else(|| Account::new(account));
            is_taken = record.creation.is_some();
            record.creation.get_or_insert_with(|| creation.clone());
            Some(record)
        };
        self.deps.systems.table.modify::<Account>(&account, begin).await?;
        if is_taken {
            return Err(being_created().into());
        }
        let what = format!("a tenant is to be made for “{}”", company.name);
        journal::record(self.deps, self.by, journal::Change::new(what).of_account(account)).await?;
        hints::send(self.deps, vec![hints::account(account)]).await?;
        Ok(Done::default())
    }

    /// Rule V1's company types are those of customers. A tenant for any other company is asked about, as it is billed.
    fn is_customer(&self, company: &Company) -> Result<(), Why> {
        let provisioning = &self.config.settings.billing.provisioning;
        if company.kind.is_some_and(|kind| provisioning.company_types.contains(&kind)) {
            return Ok(());
        }
        let billed = match provisioning.pricing {
            Pricing::Production => ", in production: billed at once for the whole month, which cannot be taken back",
            Pricing::Trial => "",
        };
        let text = format!(
            "“{}” is no customer by its company type in Autotask, and a tenant would be made for it{billed}: if it is meant all \
             the same, repeat the edit with `confirm`",
            company.name
        );
        Err(Why::new("other_company_type", text).at("account"))
    }

    /// Whether nothing of the account itself stands against a new tenant; the tenant that it had before, if it had one.
    async fn free(&self, account: AccountId, new: New<'_>) -> Result<Option<Former>, Stop> {
        let record = self.deps.systems.table.get::<Account>(&account, Read::Strong).await?;
        let Some(record) = record.map(|record| record.value) else { return Ok(None) };
        if let Some(reason) = record.excluded {
            return Err(Why::new("excluded", format!("the account is excluded ({reason}): include it first")).into());
        }
        if record.creation.is_some() {
            return Err(being_created().into());
        }
        let Some(OnPurpose { tenant, connection, .. }) = record.unmapped else { return Ok(None) };
        let tree = Tree::stored(&self.deps.systems.table, &connection).await?;
        let name = tree.get(&tenant).map_or_else(|| tenant.to_string(), |node| node.name.clone());
        if new.anew {
            return Ok(Some(Former { tenant, name }));
        }
        let text = format!(
            "the account was mapped to “{name}” before: return to that tenant (return_to_old), or make a new one all the same \
             (new with anew)"
        );
        Err(Why::new("returns", text).into())
    }

    /// Rule V3: what makes the tenant recognisable as ours.
    async fn marker(&self, account: AccountId) -> Result<Marker, Stop> {
        let systems = &self.deps.systems;
        let installation = Installation::get_or_make(&systems.table, &systems.random, &systems.clock).await?;
        let client = systems.autotask(self.config, Use::Work).await.map_err(Error::from)?;
        match client.database().await {
            Ok(database) => Ok(Marker::new(&installation.id, database, account)),
            Err(error) => Err(unread(&systems.failed(&Id::Autotask, error.into()).await).into()),
        }
    }
}

fn being_created() -> Why {
    Why::new("being_created", "a tenant is being made for the account already")
}
