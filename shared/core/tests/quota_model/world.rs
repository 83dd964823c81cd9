//! One account's tenant with everything that its plan depends on, at random.

use std::collections::BTreeMap;
use std::fmt;

use bridge_core::id::{ContractId, InfraId, LineId, ServiceId};
use bridge_core::item::{Grant, Item, ItemId, Kind, Offer, Quota};
use bridge_core::quota::{Approval, Exception, Memory, Plan, Raise, Situation, Tenant, Usage, plan};
use bridge_core::sale::{Lost, Sale, Sales, Sold, Source};
use bridge_core::settings::billing::{Managed, NoSellingContract, Row, Treatment};
use bridge_core::settings::{Billing, Products};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::catalogue::{CYBER, PER_GIGABYTE, PER_USER, PER_WORKLOAD, application, offers};

/// The moment of every plan.
pub fn now() -> Timestamp {
    "2026-09-15T10:00:00Z".parse().unwrap()
}

pub fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

#[derive(Clone)]
pub struct World {
    pub billing: Billing,
    pub products: Products,
    pub tenant: Tenant,
    pub sales: Sales,
    pub lost: Vec<Lost>,
    pub memory: Memory,
    pub usage: BTreeMap<ItemId, Usage>,
    pub usage_is_read: bool,
    pub now: Timestamp,
}

/// Short enough to be read when a property fails.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sold: Vec<_> = self.sales.services.iter().map(|(id, sale)| (id.0, sale.units)).collect();
        let lost: Vec<_> = self.lost.iter().map(|lost| lost.service.0).collect();
        let Products { editions, default_storages, .. } = &self.products;
        let (new, read) = (self.tenant.is_new, self.usage_is_read);
        let (unsold, guards) = (self.billing.no_selling_contract, self.billing.guards);
        writeln!(f, "sold {sold:?} lost {lost:?} new {new} usage_is_read {read} {unsold:?} {guards:?}")?;
        writeln!(f, "{editions:?} {default_storages:?}")?;
        for offer in offers() {
            let id = &offer.id;
            let managed = self.products.rows.iter().find(|row| row.item == *id).and_then(|row| row.managed());
            let is_dull = managed.is_none_or(|managed| !managed.free && self.sold(managed.service).is_none());
            if is_dull && !self.grant(id).is_on() {
                continue;
            }
            let row = self.products.rows.iter().find(|row| row.item == *id).map(|row| &row.treatment);
            let (is, offered) = (self.item(id).map(|item| (item.grant, item.locked)), self.is_offered(id));
            let usage =
                self.usage.get(id).map(|usage| (usage.value, self.now.duration_since(usage.read_at).as_hours()));
            let Memory { written, raises, exceptions, .. } = &self.memory;
            let past = (written.get(id), raises.get(id), exceptions.get(id).map(|exception| exception.grant));
            writeln!(f, "{id}: is {is:?} offered {offered} usage {usage:?}\n    {row:?}\n    {past:?}")?;
        }
        Ok(())
    }
}

impl World {
    pub fn situation(&self) -> Situation<'_> {
        Situation {
            billing: &self.billing,
            products: &self.products,
            tenant: &self.tenant,
            sales: &self.sales,
            lost: &self.lost,
            memory: &self.memory,
            usage: &self.usage,
            usage_is_read: self.usage_is_read,
            now: self.now,
        }
    }

    pub fn plan(&self) -> Plan {
        plan(&self.situation())
    }

    /// What is sold of a service; `None` where no line has it.
    pub fn sold(&self, service: Option<ServiceId>) -> Option<i64> {
        Some(self.sales.services.get(&service?)?.units)
    }

    pub fn offer(&self, item: &ItemId) -> Option<&Offer> {
        let listed = self.tenant.items.iter().map(|item| &item.offer);
        listed.chain(&self.tenant.offers).find(|offer| offer.id == *item)
    }

    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.tenant.items.iter().find(|item| item.offer.id == *id)
    }

    /// What the tenant has; an item that is not listed is off.
    pub fn grant(&self, item: &ItemId) -> Grant {
        self.item(item).map_or(Grant::Off, |item| item.grant)
    }

    pub fn is_offered(&self, item: &ItemId) -> bool {
        self.tenant.offers.iter().any(|offer| offer.id == *item)
    }

    pub fn is_locked(&self, item: &ItemId) -> bool {
        self.item(item).is_some_and(|item| item.locked)
    }

    /// What the tenant would have if `grant` were written.
    pub fn write(&mut self, item: &ItemId, grant: Grant) {
        let offer = self.offer(item).unwrap().clone();
        match self.tenant.items.iter_mut().find(|listed| listed.offer.id == *item) {
            Some(listed) => (listed.grant, listed.version) = (grant, listed.version + 1),
            None => self.tenant.items.push(Item { offer, grant, locked: false, version: 1 }),
        }
    }

    /// Usage that was read just now.
    pub fn fresh_usage(&self, item: &ItemId) -> Option<i64> {
        let usage = self.usage.get(item)?;
        (self.now.duration_since(usage.read_at) <= SignedDuration::from_hours(12)).then_some(usage.value)
    }

    /// Everybody consents to everything that the plan holds, whatever is used.
    pub fn approve_everything(&mut self) {
        let approvals = self.plan().changes.into_iter().map(|change| approval(change.item, change.to, Some(i64::MAX)));
        self.memory.approvals = approvals.collect();
    }
}

pub fn approval(item: ItemId, to: Grant, usage: Option<i64>) -> Approval {
    Approval { item, to, usage, by: "ann".into(), at: hours_ago(1) }
}

pub fn exception(grant: Grant) -> Exception {
    Exception { grant, reason: "agreed by phone".into(), by: "ann".into(), at: hours_ago(100) }
}

/// `units` of a service, all from one line.
pub fn sale(service: i64, units: i64) -> Sale {
    Sale { units, sources: vec![source(service, units)] }
}

pub fn source(service: i64, units: i64) -> Source {
    let has_row = units > 0;
    Source {
        service: ServiceId(service),
        contract: ContractId(1),
        line: Some(LineId(service)),
        sold: Sold::Service(ServiceId(service)),
        units,
        since: has_row.then_some(crate::contracts::day(-14)),
        until: has_row.then_some(crate::contracts::day(15)),
    }
}

/// A number that decides many small things, one after the other. Zero decides everything the dull way.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        let rolled = self.0 % sides;
        self.0 /= sides;
        rolled
    }

    fn number(&mut self, sides: u64) -> i64 {
        i64::try_from(self.below(sides)).unwrap()
    }

    /// Once in so many times.
    fn once_in(&mut self, sides: u64) -> bool {
        self.below(sides) == sides - 1
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.number(choices.len().try_into().unwrap())).unwrap()]
    }

    fn grant(&mut self, offer: &Offer) -> Grant {
        let size = offer.unit.default_size();
        let level = self.number(10);
        let overage = self.of(&[Some(0), Some(0), Some(0), None, Some(2)]);
        match (level, offer.kind) {
            (0..3, _) => Grant::Off,
            (_, Kind::Feature | Kind::Other) => Grant::On,
            (3, _) => Grant::Quota(Quota::UNLIMITED),
            _ => Grant::Quota(Quota { value: Some((level - 4) * size), overage: overage.map(|more| more * size) }),
        }
    }

    fn treatment(&mut self) -> Option<Treatment> {
        let managed = Managed {
            service: Some(ServiceId(self.number(9) + 1)).filter(|_| !self.once_in(7)),
            free: self.once_in(3),
            unit_size: self.of(&[None, None, Some(3), Some(1 << 30)]),
            soft: self.once_in(5),
            share: true,
        };
        match self.below(10) {
            0..8 => Some(Treatment::Managed(managed)),
            8 => Some(Treatment::NotManaged),
            _ => None,
        }
    }
}

/// What is random about the whole.
struct Frame {
    is_new: bool,
    edition_in_use: Option<&'static str>,
    chosen_edition: Option<&'static str>,
    default_storages: [Option<&'static str>; 3],
    sales: Sales,
    lost: Vec<Lost>,
    billing: Billing,
    usage_is_read: bool,
}

fn frame(dice: &mut Dice, services: &mut Dice) -> Frame {
    let editions = [Some(PER_WORKLOAD), Some(PER_WORKLOAD), Some(PER_GIGABYTE), None];
    let storages = [None, Some("s1"), Some("s2"), Some("s3")];
    let mut billing = Billing { enabled: true, ..Billing::default() };
    billing.no_selling_contract = dice.of(&[NoSellingContract::Hold, NoSellingContract::Zero]);
    billing.guards.never_below_usage = !dice.once_in(5);
    let sells = !dice.once_in(10);
    let sold = (1..=9).filter(|_| services.once_in(2)).collect::<Vec<_>>();
    let sold = sold.into_iter().filter(|_| sells).map(|id| (ServiceId(id), sale(id, services.number(6))));
    Frame {
        billing,
        is_new: dice.once_in(4),
        edition_in_use: dice.of(&editions),
        chosen_edition: dice.of(&editions),
        default_storages: [dice.of(&storages), dice.of(&storages), Some("f1").filter(|_| dice.once_in(2))],
        sales: Sales { services: sold.collect() },
        lost: if dice.once_in(4) { vec![lost(dice.number(9) + 1), lost(20)] } else { vec![] },
        usage_is_read: dice.once_in(2),
    }
}

pub fn lost(service: i64) -> Lost {
    Lost { service: ServiceId(service), lines: vec![source(service, 4)] }
}

/// Whether the item may be on beside those that are on already: one edition of an application, one storage of a kind.
fn may_be_on(offer: &Offer, frame: &Frame, on: &[Item]) -> bool {
    let is_of_edition = match offer.edition.as_deref() {
        Some(edition) => edition == PER_USER || frame.edition_in_use == Some(edition),
        None => true,
    };
    let kind = |offer: &Offer| (offer.kind, offer.id.application.clone(), offer.id.name.clone());
    let is_second =
        offer.kind == Kind::Infra && on.iter().any(|other| other.grant.is_on() && kind(&other.offer) == kind(offer));
    is_of_edition && !is_second
}

impl World {
    fn draw(frame: &Frame, dice: &[(u64, u64)]) -> Self {
        let mut world = Self {
            products: Products::of("partner".into()),
            tenant: Tenant { is_new: frame.is_new, ..Tenant::default() },
            sales: frame.sales.clone(),
            lost: frame.lost.clone(),
            memory: Memory::default(),
            usage: BTreeMap::new(),
            usage_is_read: frame.usage_is_read,
            now: now(),
            billing: frame.billing.clone(),
        };
        let edition = frame.chosen_edition.map(|edition| (application(CYBER), edition.to_owned()));
        world.products.editions.extend(edition);
        for (offer, (present, past)) in offers().into_iter().zip(dice) {
            world.draw_item(frame, &offer, &mut Dice(*present), &mut Dice(*past));
        }
        let names = ["pw_base_storage", "pg_base_storage", "pu_base_fc_storage"];
        for (name, infra) in names.into_iter().zip(frame.default_storages) {
            let infra = infra.map(InfraId::from);
            let managed = world.products.rows.iter().filter(|row| row.managed().is_some() && row.item.name == name);
            let chosen = infra.filter(|infra| managed.into_iter().any(|row| row.item.infra.as_ref() == Some(infra)));
            world.products.default_storages.extend(chosen.map(|infra| (name.to_owned(), infra)));
        }
        world
    }

    fn draw_item(&mut self, frame: &Frame, offer: &Offer, present: &mut Dice, past: &mut Dice) {
        let id = offer.id.clone();
        let treatment = present.treatment();
        let row = |treatment| Row { item: id.clone(), edition: offer.edition.clone(), unit: offer.unit, treatment };
        self.products.rows.extend(treatment.map(row));
        let grant = present.grant(offer);
        let grant = if may_be_on(offer, frame, &self.tenant.items) { grant } else { Grant::Off };
        let (is_listed, is_offered) = (!present.once_in(4), !present.once_in(8));
        let locked = present.once_in(10);
        if is_listed || grant.is_on() {
            self.tenant.items.push(Item { offer: offer.clone(), grant, locked, version: 7 });
        }
        if is_offered || grant.is_on() || offer.kind == Kind::Other {
            self.tenant.offers.push(offer.clone());
        }
        let used = present.number(8) * offer.unit.default_size();
        let usage = Usage { value: used, read_at: hours_ago(present.of(&[0, 0, 0, 12, 13])) };
        if !present.once_in(5) {
            self.usage.insert(id.clone(), usage);
        }
        let drawn = |past: &mut Dice| if past.once_in(3) { past.grant(offer) } else { grant };
        let (written, excepted) = (drawn(past), drawn(past));
        let raise = Raise { grant, seen_at: hours_ago(past.of(&[0, 71, 72, 80])) };
        if past.once_in(2) {
            self.memory.written.insert(id.clone(), written);
        }
        if past.once_in(2) {
            self.memory.raises.insert(id.clone(), raise);
        }
        if past.once_in(10) {
            self.memory.exceptions.insert(id, exception(excepted));
        }
    }
}

/// Any state of affairs in which no hand has mixed editions or storages.
pub fn world() -> impl Strategy<Value = World> {
    let items = prop::collection::vec(any::<(u64, u64)>(), offers().len());
    (any::<(u64, u64)>(), items)
        .prop_map(|((whole, services), items)| World::draw(&frame(&mut Dice(whole), &mut Dice(services)), &items))
}

/// The same, where nothing holds anything and no exception was made: what remains is what must be.
pub fn free_world() -> impl Strategy<Value = World> {
    world().prop_map(|mut world| {
        world.memory = Memory::default();
        world.lost.clear();
        world.billing.guards.never_below_usage = false;
        world
    })
}
