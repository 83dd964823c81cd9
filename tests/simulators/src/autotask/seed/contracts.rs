//! The contracts of the demo world. Their dates are relative to the clock at the start, so that the demo never ages.

use jiff::civil::Date;

use super::{
    BACKUP_STORAGE, CUSTOMERS, FILE_STORAGE, FILE_SYNC_USERS, FIRST_CUSTOMER, HELP_DESK, LOCAL_BACKUP, MAILBOXES,
    MOBILE_DEVICES, NETWORK_MONITORING, OFFICE_BUNDLE, SERVER_BUNDLE, SERVERS, TECHNICIAN, VIRTUAL_MACHINES, WEBSITES,
    WORKSTATIONS,
};
use crate::autotask::deals::{self, Deal};
use crate::autotask::ids::{BundleId, CompanyId, ServiceId};
use crate::autotask::lines::LineKind;
use crate::autotask::units::Day;
use crate::autotask::world::{Actor, World};

/// When a contract runs, in months from the current one.
#[derive(Clone, Copy)]
struct Term {
    begins: i32,
    months: i32,
}

const CURRENT: Term = Term { begins: -4, months: 12 };
const LONG: Term = Term { begins: -18, months: 36 };
const FUTURE: Term = Term { begins: 2, months: 12 };
const EXPIRED: Term = Term { begins: -14, months: 12 };

fn service(service: ServiceId, units: i64) -> (LineKind, i64, i64) {
    (LineKind::Service, service.0, units)
}

fn bundle(bundle: BundleId, units: i64) -> (LineKind, i64, i64) {
    (LineKind::Bundle, bundle.0, units)
}

/// Signs every contract of the demo world. The first twelve customers have one in force that sells Acronis services.
pub(super) fn plant(world: &mut World) {
    let protection = [
        ("Alder & Sons", CURRENT, vec![service(WORKSTATIONS, 25), service(SERVERS, 3), service(BACKUP_STORAGE, 500)]),
        ("Birch Dental", CURRENT, vec![bundle(OFFICE_BUNDLE, 12)]),
        (
            "Cedar Logistics",
            LONG,
            vec![service(SERVERS, 6), service(VIRTUAL_MACHINES, 20), service(BACKUP_STORAGE, 4_000)],
        ),
        ("Cedar Logistics", CURRENT, vec![service(WORKSTATIONS, 40), bundle(SERVER_BUNDLE, 2)]),
        (
            "Dogwood Law",
            CURRENT,
            vec![service(MAILBOXES, 18), service(FILE_SYNC_USERS, 18), service(FILE_STORAGE, 900)],
        ),
        ("Elm Street Bakery", CURRENT, vec![service(WORKSTATIONS, 4), service(LOCAL_BACKUP, 100)]),
        (
            "Fir Architects",
            CURRENT,
            vec![service(WORKSTATIONS, 15), bundle(OFFICE_BUNDLE, 5), service(BACKUP_STORAGE, 2_000)],
        ),
        ("Ginkgo Health", LONG, vec![service(WORKSTATIONS, 60), service(MOBILE_DEVICES, 30), service(MAILBOXES, 60)]),
        ("Hazel Travel", CURRENT, vec![service(WORKSTATIONS, 9), service(WEBSITES, 2)]),
        ("Hazel Travel", FUTURE, vec![service(WORKSTATIONS, 14), service(MAILBOXES, 14)]),
        ("Ivy Media", CURRENT, vec![service(WORKSTATIONS, 11), service(BACKUP_STORAGE, 750)]),
        ("Ivy Media", EXPIRED, vec![service(WORKSTATIONS, 8)]),
        ("Juniper and Company", CURRENT, vec![bundle(OFFICE_BUNDLE, 7), service(SERVERS, 1)]),
        ("Kale Foods", CURRENT, vec![service(WORKSTATIONS, 22), service(SERVERS, 2), service(BACKUP_STORAGE, 1_200)]),
        ("Larch Security", CURRENT, vec![service(SERVERS, 4), service(MAILBOXES, 35), service(BACKUP_STORAGE, 3_000)]),
        ("Maple Accounting", FUTURE, vec![service(WORKSTATIONS, 10)]),
        ("Nettle Interiors", EXPIRED, vec![service(WORKSTATIONS, 6)]),
    ];
    let unrelated = [
        ("Alder & Sons", LONG, vec![service(HELP_DESK, 25)]),
        ("Ginkgo Health", LONG, vec![service(NETWORK_MONITORING, 2)]),
    ];
    let protection = protection.into_iter().map(|contract| ("Acronis Cyber Protect", contract));
    let unrelated = unrelated.into_iter().map(|contract| ("Managed IT", contract));
    for (name, (customer, term, sells)) in protection.chain(unrelated) {
        let deal = Deal { name: name.to_owned(), ..deal(world, customer, term, sells) };
        deal.sign(world, Actor::person(TECHNICIAN))
            .expect("the demo's contracts keep the service's rules, as a test shows");
    }
}

fn deal(world: &World, customer: &str, term: Term, sells: Vec<(LineKind, i64, i64)>) -> Deal {
    let position =
        CUSTOMERS.iter().position(|name| *name == customer).expect("the demo's contracts name its customers");
    let company = CompanyId((FIRST_CUSTOMER.0..).nth(position).expect("there are more numbers than customers"));
    let this_month: Date = deals::today(world).date().first_of_month();
    let first = Day::from(this_month).plus_months(term.begins);
    Deal {
        first: first.date(),
        last: first.plus_months(term.months).plus(-1).date(),
        sells,
        ..Deal::new(world, company)
    }
}
