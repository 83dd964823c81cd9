//! Which account an alert belongs to (rule T2).

use std::collections::HashMap;
use std::sync::Arc;

use acronis::TenantKind;
use bridge_core::alert::Alert;
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::{Kind, Node, Owner, Switches, owner};
use bridge_core::ticket::Entry;
use store::record::{MappedTenant, Mapping};
use store::table::Read;

use crate::{Config, Error, Systems, Use};

/// A tenant tree deeper than this is a defect of the reply, not a customer's structure.
const DEPTH_MAX: usize = 32;

/// What this process has learnt of tenants and their mapping in the present generation.
#[derive(Default)]
pub(crate) struct Tenants {
    nodes: HashMap<TenantId, (Node, Option<TenantId>)>,
    customers: HashMap<TenantId, Option<Arc<Customer>>>,
    switches: HashMap<AccountId, Switches>,
    numbers: HashMap<String, Option<TenantId>>,
}

/// An account and the customer tenant that it is mapped to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The account.
    pub account: AccountId,
    /// The customer tenant, which the alert key is made of.
    pub tenant: TenantId,
    /// The account's name.
    pub name: String,
    /// The account's own switches.
    pub switches: Switches,
}

/// Whose an alert is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Belongs {
    /// A mapped customer's.
    To(Arc<Customer>),
    /// A customer's that is mapped to no account.
    Unmapped {
        /// The customer tenant.
        tenant: TenantId,
        /// Its name.
        name: String,
    },
    /// The partner's own, and no account is chosen for such alerts.
    Held {
        /// The partner tenant.
        tenant: TenantId,
        /// Its name.
        name: String,
    },
    /// It names no tenant that Acronis knows.
    Unknown,
}

impl Systems {
    /// Whose `alert` is.
    ///
    /// # Errors
    /// Acronis or the table cannot be read.
    pub async fn owner_of(
        &self,
        config: &Config,
        connection: &ConnectionId,
        client: &acronis::Client,
        alert: &Alert,
    ) -> Result<Belongs, Error> {
        match self.tenant_of(connection, client, alert).await? {
            Some(tenant) => self.owner_of_tenant(config, connection, client, tenant).await,
            None => Ok(Belongs::Unknown),
        }
    }

    /// Whose the alerts of `tenant` are.
    ///
    /// # Errors
    /// Acronis or the table cannot be read.
    pub async fn owner_of_tenant(
        &self,
        config: &Config,
        connection: &ConnectionId,
        client: &acronis::Client,
        tenant: TenantId,
    ) -> Result<Belongs, Error> {
        // Most alerts name a mapped customer, and then Acronis need not be asked for the tenant's place in the tree.
        if let Some(customer) = self.customer(&tenant).await? {
            return Ok(Belongs::To(customer));
        }
        let path = self.path(connection, client, tenant).await?;
        match owner(&path) {
            None => Ok(Belongs::Unknown),
            Some(Owner::Customer(node)) => Ok(match self.customer(&node.id).await? {
                Some(customer) => Belongs::To(customer),
                None => Belongs::Unmapped { tenant: node.id.clone(), name: node.name.clone() },
            }),
            Some(Owner::Partner(node)) => Ok(match config.settings.tickets.partner_alerts_account {
                None => Belongs::Held { tenant: node.id.clone(), name: node.name.clone() },
                Some(account) => Belongs::To(Arc::new(Customer {
                    account,
                    tenant: node.id.clone(),
                    name: node.name.clone(),
                    switches: self.switches(account).await?,
                })),
            }),
        }
    }

    /// The mapping of a customer tenant, if it has one.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn customer(&self, tenant: &TenantId) -> Result<Option<Arc<Customer>>, Error> {
        if let Some(known) = self.cached(|cache| cache.tenants.customers.get(tenant).cloned()) {
            return Ok(known);
        }
        let customer = self.read_customer(tenant).await?.map(Arc::new);
        self.cached(|cache| cache.tenants.customers.insert(tenant.clone(), customer.clone()));
        Ok(customer)
    }

    /// Whose a problem in the ledger is; `None` when nobody's any more. A partner's own tenant is mapped to nobody: its tickets are the
    /// chosen account's (rule T2), also when none of its alerts is open and says so.
    ///
    /// # Errors
    /// Acronis or the table cannot be read.
    pub async fn customer_of(&self, config: &Config, entry: &Entry) -> Result<Option<Arc<Customer>>, Error> {
        let mapped = self.customer(&entry.tenant).await?;
        let may_be_partners = config.settings.tickets.partner_alerts_account.is_some();
        if mapped.is_some() || !may_be_partners || !config.connections.contains_key(&entry.connection) {
            return Ok(mapped);
        }
        let client = self.acronis(config, &entry.connection, Use::Work).await?;
        Ok(match self.owner_of_tenant(config, &entry.connection, &client, entry.tenant.clone()).await? {
            Belongs::To(customer) => Some(customer),
            Belongs::Unmapped { .. } | Belongs::Held { .. } | Belongs::Unknown => None,
        })
    }

    /// An account's own switches (rule V8); those of one that is mapped to no tenant are what they are by default.
    async fn switches(&self, account: AccountId) -> Result<Switches, Error> {
        if let Some(known) = self.cached(|cache| cache.tenants.switches.get(&account).cloned()) {
            return Ok(known);
        }
        let mapping = self.table.get::<Mapping>(&account, Read::Strong).await?;
        let switches = mapping.map(|stored| stored.value.switches).unwrap_or_default();
        self.cached(|cache| cache.tenants.switches.insert(account, switches.clone()));
        Ok(switches)
    }

    async fn read_customer(&self, tenant: &TenantId) -> Result<Option<Customer>, Error> {
        // Strong reads: an alert may arrive a moment after its tenant was mapped, and what is read here is kept.
        let Some(pointer) = self.table.get::<MappedTenant>(tenant, Read::Strong).await? else { return Ok(None) };
        let mapping = self.table.get::<Mapping>(&pointer.value.account, Read::Strong).await?;
        Ok(mapping.map(|stored| stored.value).filter(|mapping| mapping.tenant == *tenant).map(|mapping| Customer {
            account: mapping.account,
            tenant: mapping.tenant,
            name: mapping.account_name,
            switches: mapping.switches,
        }))
    }

    async fn tenant_of(
        &self,
        connection: &ConnectionId,
        client: &acronis::Client,
        alert: &Alert,
    ) -> Result<Option<TenantId>, Error> {
        match (&alert.tenant.uuid, &alert.tenant.number) {
            (Some(uuid), _) => Ok(Some(uuid.clone())),
            (None, Some(number)) => self.tenant_by_number(connection, client, number).await,
            (None, None) => Ok(None),
        }
    }

    /// Only usages name a tenant's number beside its uuid, and they must be asked for by uuid: so the whole tree is asked, once.
    async fn tenant_by_number(
        &self,
        connection: &ConnectionId,
        client: &acronis::Client,
        number: &str,
    ) -> Result<Option<TenantId>, Error> {
        if let Some(known) = self.cached(|cache| cache.tenants.numbers.get(number).cloned()) {
            return Ok(known);
        }
        let mut candidates = Vec::new();
        let mut pages = client.tenants(&connection.as_str().into(), None);
        while let Some(page) = pages.next().await? {
            candidates.extend(page.tenants.into_iter().map(|tenant| tenant.id));
        }
        let tenant = client.tenant_by_number(number, &candidates).await?;
        self.cached(|cache| cache.tenants.numbers.insert(number.to_owned(), tenant.clone()));
        Ok(tenant)
    }

    /// The tenants from `tenant` up to the connection's own, nearest first.
    async fn path(
        &self,
        connection: &ConnectionId,
        client: &acronis::Client,
        tenant: TenantId,
    ) -> Result<Vec<Node>, Error> {
        let mut path = Vec::new();
        let mut next = Some(tenant);
        while let Some(id) = next.take() {
            let Some((node, parent)) = self.node(client, &id).await? else { break };
            let is_top = id.as_str() == connection.as_str() || path.len() >= DEPTH_MAX;
            path.push(node);
            next = parent.filter(|_| !is_top);
        }
        Ok(path)
    }

    /// A tenant and its parent; `None` above our own tree, where nothing is readable and nothing concerns us.
    async fn node(&self, client: &acronis::Client, id: &TenantId) -> Result<Option<(Node, Option<TenantId>)>, Error> {
        if let Some(known) = self.cached(|cache| cache.tenants.nodes.get(id).cloned()) {
            return Ok(Some(known));
        }
        let tenant = match client.tenant(id).await {
            Ok(tenant) => tenant,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let kind = match tenant.kind {
            TenantKind::Customer => Kind::Customer,
            TenantKind::Unit => Kind::Unit,
            // A kind that is not known is treated as one above customers: its alerts are held, not given to anybody.
            TenantKind::Root | TenantKind::Partner | TenantKind::Folder | TenantKind::Other => Kind::Partner,
        };
        let node = (Node { id: id.clone(), kind, name: tenant.name }, tenant.parent);
        self.cached(|cache| cache.tenants.nodes.insert(id.clone(), node.clone()));
        Ok(Some(node))
    }
}
