//! Rule X2: whatever happens on the way, the end is one tenant, one user.

use proptest::prelude::*;

use super::world::{Fault, World, marker};
use crate::provision::Next;

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        2 => Just(Fault::LostAfterTheEffect),
        2 => Just(Fault::LostBeforeTheEffect),
        2 => (1i64..360).prop_map(|seconds| Fault::Late { seconds }),
        1 => Just(Fault::Throttled),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn x2_with_any_faults_the_end_is_one_tenant_and_one_user(
        turns in prop::collection::vec((fault(), prop_oneof![Just(0i64), 0i64..900]), 0..40),
        names_are_unique in any::<bool>(),
    ) {
        let mut world = World::new().where_names_are_unique(names_are_unique);
        for (fault, pause_s) in turns {
            if world.next() == Next::Done {
                break;
            }
            world.step(fault);
            world.advance(pause_s);
            // What is stored survives.
            let stored = serde_json::to_string(&world.creation).unwrap();
            world.creation = serde_json::from_str(&stored).unwrap();
        }
        prop_assert_eq!(world.work(), Next::Done);
        world.advance(3_600);
        prop_assert_eq!(world.tenants.len(), 1, "{:?}", world.tenants);
        prop_assert_eq!(world.users.len(), 1, "{:?}", world.users);
        let (tenant, user) = (&world.tenants[0], &world.users[0]);
        prop_assert_eq!(world.mapped_to.as_ref(), Some(&tenant.id));
        prop_assert!(tenant.in_production && tenant.has_items && user.is_admin && world.mails >= 1);
        prop_assert_eq!(&tenant.tag, &marker().to_string());
        prop_assert_eq!(&user.external_id, &marker().administrator());
    }
}

#[test]
fn x2_a_create_whose_reply_was_lost_is_found_and_not_repeated() {
    let mut world = World::new();
    world.step(Fault::None);
    world.step(Fault::LostAfterTheEffect);
    assert!(matches!(world.next(), Next::FindTenant { .. }));
    world.step(Fault::None);
    assert_eq!(world.next(), Next::Map { tenant: "tenant-1".into() });
}

#[test]
fn x2_a_create_that_never_arrived_is_repeated_once_after_six_minutes() {
    let mut world = World::new();
    world.step(Fault::None);
    let sent_at = world.now;
    world.step(Fault::LostBeforeTheEffect);
    while world.next() != Next::CreateTenant {
        world.step(Fault::None);
    }
    assert!(world.now.duration_since(sent_at).as_secs() >= 360);
    assert!(world.now.duration_since(sent_at).as_secs() < 370);
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.tenants.len(), 1);
}

#[test]
fn x2_of_several_tenants_with_our_marker_the_oldest_is_taken_and_the_others_are_reported() {
    let mut world = World::new().where_names_are_unique(false);
    world.step(Fault::None);
    world.step(Fault::LostAfterTheEffect);
    world.advance(1);
    world.has_tenant("a-younger-twin", "Contoso Ltd", &marker().to_string());
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.mapped_to, Some("tenant-1".into()));
    assert_eq!(world.creation.progress.duplicates, ["a-younger-twin".into()]);
}

#[test]
fn x2_a_name_refused_because_our_own_earlier_attempt_has_it_is_no_problem() {
    let mut world = World::new();
    world.step(Fault::None);
    world.step(Fault::Late { seconds: 361 });
    while world.next() != Next::CreateTenant {
        world.step(Fault::None);
    }
    world.advance(2);
    assert_eq!(world.tenants.len(), 1, "the first attempt took effect later than ever");
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.tenants.len(), 1);
}
