//! As much of Acronis as the making of a customer touches, and a worker that may be stopped at any moment.

use jiff::{SignedDuration, Timestamp};

use crate::id::{AccountId, TenantId, UserId};
use crate::provision::{Contact, Creation, Customer, Former, Found, Marker, Next, Step, next};
use crate::settings::billing::Provisioning;

pub const ACCOUNT: AccountId = AccountId(174);

/// What happens to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It is done, and nobody learns of it: the reply is lost, or the process.
    LostAfterTheEffect,
    /// It never happens, and nobody learns of that.
    LostBeforeTheEffect,
    /// A create takes effect so much later, and nobody learns of it; any other step is lost before its effect.
    Late { seconds: i64 },
    /// It is refused for now.
    Throttled,
}

#[derive(Debug, Clone)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub tag: String,
    pub created_at: Timestamp,
    pub in_production: bool,
    pub has_items: bool,
}

#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub login: String,
    pub external_id: String,
    pub is_admin: bool,
}

pub struct World {
    pub now: Timestamp,
    /// What the account's record holds.
    pub creation: Creation,
    pub tenants: Vec<Tenant>,
    pub users: Vec<User>,
    pub mails: u32,
    pub mapped_to: Option<TenantId>,
    /// Whether Acronis refuses a second tenant of the same name.
    names_are_unique: bool,
    late: Vec<(Timestamp, Create)>,
    made: u32,
}

#[derive(Debug, Clone)]
enum Create {
    Tenant { name: String, tag: String },
    User { login: String, external_id: String },
}

pub fn marker() -> Marker {
    Marker::new("installation", 12, ACCOUNT)
}

pub fn contoso() -> Customer {
    let contact = Contact { email: Some("ann@contoso.example".into()), ..Contact::default() };
    Customer { name: "Contoso Ltd".into(), contact }
}

impl World {
    pub fn new() -> Self {
        Self::with(contoso(), None)
    }

    pub fn with(customer: Customer, former: Option<Former>) -> Self {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        let settings = Provisioning { administrator: true, ..Provisioning::default() };
        let place = ("partner".into(), "folder".into());
        Self {
            now,
            creation: Creation::new(marker(), place, customer, &settings, former, None, now),
            tenants: Vec::new(),
            users: Vec::new(),
            mails: 0,
            mapped_to: None,
            names_are_unique: true,
            late: Vec::new(),
            made: 0,
        }
    }

    pub fn where_names_are_unique(self, names_are_unique: bool) -> Self {
        Self { names_are_unique, ..self }
    }

    pub fn next(&self) -> Next {
        next(&self.creation, self.now)
    }

    pub fn advance(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        let (due, later) = self.late.drain(..).partition(|(at, _)| *at <= self.now);
        self.late = later;
        let due: Vec<(Timestamp, Create)> = due;
        for (_, create) in due {
            self.make(create);
        }
    }

    /// A tenant that was there before.
    pub fn has_tenant(&mut self, id: &str, name: &str, tag: &str) {
        let (name, tag) = (name.to_owned(), tag.to_owned());
        let created_at = self.now;
        self.tenants.push(Tenant { id: id.into(), name, tag, created_at, in_production: false, has_items: false });
    }

    /// Works without faults until there is nothing to do.
    pub fn work(&mut self) -> Next {
        for _ in 0..500 {
            match self.next() {
                end @ (Next::Done | Next::Stopped(_) | Next::Ask(_)) => return end,
                _ => self.step(Fault::None),
            }
        }
        panic!("no end in sight: {:?}", self.next())
    }

    /// Carries out one step as the worker does, and lets a fault happen to it.
    pub fn step(&mut self, fault: Fault) {
        let step = self.next();
        if let Next::Wait { until } = step {
            assert!(until > self.now, "a wait must end later");
            return self.advance((until.duration_since(self.now)).as_secs());
        }
        let create = self.announce(&step);
        match fault {
            Fault::None => {
                let mut creation = self.creation.clone();
                self.carry_out(&step, create, &mut creation);
                self.creation = creation;
            }
            Fault::LostAfterTheEffect => self.carry_out(&step, create, &mut self.creation.clone()),
            Fault::LostBeforeTheEffect => {}
            Fault::Late { seconds } => {
                let at = self.now + SignedDuration::from_secs(seconds);
                self.late.extend(create.map(|create| (at, create)));
            }
            Fault::Throttled => match step {
                Next::CreateTenant => self.creation.tenant_had_no_effect(),
                Next::CreateUser { .. } => self.creation.user_had_no_effect(),
                _ => {}
            },
        }
        self.advance(1);
    }

    /// Stores the attempt before a create.
    fn announce(&mut self, step: &Next) -> Option<Create> {
        match step {
            Next::CreateTenant => {
                self.creation.begin_tenant(self.now);
                let Creation { customer, marker, .. } = &self.creation;
                Some(Create::Tenant { name: customer.name.clone(), tag: marker.to_string() })
            }
            Next::CreateUser { login, external_id, .. } => {
                self.creation.begin_user(self.now);
                Some(Create::User { login: login.clone(), external_id: external_id.clone() })
            }
            _ => None,
        }
    }

    /// The effect of a step, and its outcome in `creation`.
    fn carry_out(&mut self, step: &Next, create: Option<Create>, creation: &mut Creation) {
        let now = self.now;
        if let Some(create) = create {
            return match (self.make(create.clone()), create) {
                (Some(id), Create::Tenant { .. }) => creation.tenant_created(id.into()),
                (Some(id), Create::User { .. }) => creation.user_created(id.into()),
                (None, Create::Tenant { .. }) => creation.tenant_name_taken(),
                (None, Create::User { .. }) => creation.user_login_taken(),
            };
        }
        match step {
            Next::FindTenant { .. } => creation.tenants_found(&self.found(), now),
            Next::Map { tenant } if self.mapped_to.as_ref().is_some_and(|mapped| mapped != tenant) => {
                creation.refused(Step::Mapping, "The account is mapped to another tenant.");
            }
            Next::Map { tenant } => {
                self.mapped_to = Some(tenant.clone());
                creation.mapped();
            }
            Next::SetProduction { tenant } => {
                self.tenant(tenant).in_production = true;
                creation.production_set();
            }
            Next::Items { tenant } => {
                self.tenant(tenant).has_items = true;
                creation.items_written();
            }
            Next::FindUser { external_id, .. } => {
                let user = self.users.iter().find(|user| user.external_id == *external_id);
                creation.user_found(user.map(|user| user.id.clone()), now);
            }
            Next::ChooseLogin { candidate } if self.users.iter().any(|user| user.login == *candidate) => {
                creation.login_is_taken();
            }
            Next::ChooseLogin { candidate } => creation.login_is_free(candidate.clone()),
            Next::SetRole { user, .. } => {
                self.users.iter_mut().filter(|known| known.id == *user).for_each(|known| known.is_admin = true);
                creation.role_set();
            }
            Next::SendActivation { .. } => {
                self.mails += 1;
                creation.activation_sent();
            }
            other => panic!("nothing to carry out: {other:?}"),
        }
    }

    /// What Acronis makes of a create; `None` where the name or the login is taken.
    fn make(&mut self, create: Create) -> Option<String> {
        self.made += 1;
        let made = self.made;
        match create {
            Create::Tenant { name, .. } if self.names_are_unique && self.tenants.iter().any(|t| t.name == name) => None,
            Create::Tenant { name, tag } => {
                self.has_tenant(&format!("tenant-{made}"), &name, &tag);
                Some(format!("tenant-{made}"))
            }
            Create::User { login, .. } if self.users.iter().any(|user| user.login == login) => None,
            Create::User { login, external_id } => {
                let id = UserId::new(format!("user-{made}"));
                self.users.push(User { id, login, external_id, is_admin: false });
                Some(format!("user-{made}"))
            }
        }
    }

    fn found(&self) -> Vec<Found> {
        let found = |tenant: &Tenant| Found {
            tenant: tenant.id.clone(),
            name: tenant.name.clone(),
            internal_tag: Some(tenant.tag.clone()),
            created_at: Some(tenant.created_at),
            mapped_to: None,
        };
        self.tenants.iter().map(found).filter(|found| self.creation.concerns(found)).collect()
    }

    fn tenant(&mut self, id: &TenantId) -> &mut Tenant {
        self.tenants.iter_mut().find(|tenant| tenant.id == *id).expect("a tenant that is worked on exists")
    }
}
