//! Rule V4: an account that had a tenant before is asked about.

use super::world::{Fault, World, contoso, marker};
use crate::provision::{Answer, Former, Next};

fn returning() -> World {
    World::with(contoso(), Some(Former { tenant: "old".into(), name: "Contoso".into() }))
}

#[test]
fn v4_a_returning_account_is_asked_before_anything_is_done() {
    let mut world = returning();
    let Next::Ask(question) = world.work() else { panic!("not asked") };
    assert_eq!(
        question.to_string(),
        "The account had a customer tenant before: “Contoso”. Return to it, or create a new one?"
    );
    assert!(world.tenants.is_empty());
}

#[test]
fn v4_returning_maps_the_old_tenant_and_does_nothing_else_to_it() {
    let mut world = returning();
    world.has_tenant("old", "Contoso", "");
    world.creation.answer(Answer::Return("old".into()));
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.mapped_to, Some("old".into()));
    assert!(!world.tenants[0].in_production && !world.tenants[0].has_items && world.users.is_empty());
    assert!(world.creation.is_tenant_ready());
}

#[test]
fn v4_a_new_tenant_has_a_marker_of_its_own_beside_the_old_one() {
    let mut world = returning();
    world.has_tenant("old", "Contoso", &marker().to_string());
    world.creation.answer(Answer::New);
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.tenants.len(), 2);
    assert_ne!(world.tenants[1].tag, marker().to_string());
    assert_eq!(world.mapped_to, Some(world.tenants[1].id.clone()));
}

#[test]
fn v4_several_earlier_tenants_do_not_ask_again_and_are_not_adopted_after_a_crash() {
    let mut world = returning();
    for (id, tag) in
        [("first", marker()), ("second", marker().following()), ("third", marker().following().following())]
    {
        world.has_tenant(id, id, &tag.to_string());
    }
    world.creation.answer(Answer::New);
    world.step(Fault::None);
    assert_eq!(world.next(), Next::CreateTenant);
    world.step(Fault::LostAfterTheEffect);
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.tenants.len(), 4);
    assert_eq!(world.mapped_to, Some(world.tenants[3].id.clone()));
}

#[test]
fn v3_a_tenant_with_our_marker_that_this_creation_did_not_make_is_asked_about() {
    let mut world = World::new();
    world.has_tenant("old", "Contoso before the fire", &marker().to_string());
    let Next::Ask(question) = world.work() else { panic!("not asked") };
    assert_eq!(question.tenants, [Former { tenant: "old".into(), name: "Contoso before the fire".into() }]);
    world.creation.answer(Answer::Return("old".into()));
    assert_eq!(world.work(), Next::Done);
    assert_eq!((world.tenants.len(), world.mapped_to), (1, Some("old".into())));
}

#[test]
fn v4_an_answer_that_was_not_offered_changes_nothing() {
    let mut world = returning();
    let before = world.creation.clone();
    world.creation.answer(Answer::Return("somebody else's".into()));
    assert_eq!(world.creation, before);
}

#[test]
fn v3_the_marker_of_another_installation_is_somebody_elses() {
    let mut world = World::new();
    let theirs = crate::provision::Marker::new("another", 12, super::world::ACCOUNT);
    world.has_tenant("theirs", "Something else", &theirs.to_string());
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.tenants.len(), 2);
}
