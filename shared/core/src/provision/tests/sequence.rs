//! Rules V2 and V3 step by step.

use super::world::{Fault, World, contoso};
use crate::id::AccountId;
use crate::provision::{Contact, Customer, Found, Next, Problem, Step};
use crate::settings::billing::Pricing;

/// The steps of a creation without faults.
fn steps(mut world: World) -> Vec<&'static str> {
    let mut steps = Vec::new();
    loop {
        steps.push(match world.next() {
            Next::FindTenant { .. } => "find tenant",
            Next::CreateTenant => "create tenant",
            Next::Map { .. } => "map",
            Next::SetProduction { .. } => "production",
            Next::Items { .. } => "items",
            Next::FindUser { .. } => "find user",
            Next::ChooseLogin { .. } => "choose login",
            Next::CreateUser { .. } => "create user",
            Next::SetRole { .. } => "role",
            Next::SendActivation { .. } => "activation",
            Next::Done => return steps,
            Next::Wait { .. } | Next::Ask(_) | Next::Stopped(_) => panic!("{:?}", world.next()),
        });
        world.step(Fault::None);
    }
}

#[test]
fn v2_a_customer_is_made_in_this_order() {
    assert_eq!(
        steps(World::new()),
        [
            "find tenant",
            "create tenant",
            "map",
            "production",
            "items",
            "find user",
            "choose login",
            "create user",
            "role",
            "activation"
        ]
    );
}

#[test]
fn v2_trial_and_no_administrator_leave_their_steps_out() {
    let mut world = World::new();
    world.creation.pricing = Pricing::Trial;
    world.creation.administrator = false;
    assert_eq!(steps(world), ["find tenant", "create tenant", "map", "items"]);
}

#[test]
fn v2_a_taken_login_gets_a_suffix() {
    let mut world = World::new();
    for login in ["ann@contoso.example", "ann+2@contoso.example"] {
        let id = login.into();
        let other = super::world::User { id, login: login.into(), external_id: String::new(), is_admin: false };
        world.users.push(other);
    }
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.users[2].login, "ann+3@contoso.example");
}

#[test]
fn v2_a_login_that_somebody_takes_in_between_is_replaced() {
    let mut world = World::new();
    while !matches!(world.next(), Next::CreateUser { .. }) {
        world.step(Fault::None);
    }
    let (id, login) = ("other".into(), "ann@contoso.example".into());
    world.users.push(super::world::User { id, login, external_id: String::new(), is_admin: false });
    let refused_at = world.now;
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.users[1].login, "ann+2@contoso.example");
    assert!(world.now.duration_since(refused_at).as_secs() < 60, "a clear refusal is not waited for");
}

#[test]
fn v2_without_an_email_the_tenant_is_made_all_the_same_and_the_user_follows_later() {
    let mut world = World::with(Customer { contact: Contact::default(), ..contoso() }, None);
    assert_eq!(world.work(), Next::Stopped(Problem::NoEmail));
    assert!(world.creation.is_tenant_ready() && world.tenants[0].has_items && world.tenants[0].in_production);
    world.advance(86_400);
    assert_eq!(world.next(), Next::Stopped(Problem::NoEmail), "nothing is looked up while it waits");
    world.creation.retry(contoso());
    assert_eq!(world.work(), Next::Done);
    assert_eq!((world.tenants.len(), world.users.len()), (1, 1));
}

#[test]
fn v2_a_person_may_do_without_the_administrator() {
    let mut world = World::with(Customer { contact: Contact::default(), ..contoso() }, None);
    world.work();
    world.creation.finish_without_administrator();
    assert_eq!(world.next(), Next::Done);
}

#[test]
fn v2_contact_data_is_forgotten_when_the_last_step_that_needs_it_is_done() {
    let mut world = World::new();
    world.work();
    assert_eq!(world.creation.customer.contact, Contact::default());
    let mut world = World::new();
    world.creation.administrator = false;
    world.work();
    assert_eq!(world.creation.customer.contact, Contact::default());
}

#[test]
fn v2_a_refused_step_stops_there_and_is_repeated_alone() {
    let mut world = World::new();
    while !matches!(world.next(), Next::Items { .. }) {
        world.step(Fault::None);
    }
    world.creation.refused(Step::Items, "The item is not available to the partner.");
    let Next::Stopped(problem) = world.next() else { panic!("not stopped") };
    assert_eq!(
        problem.to_string(),
        "Acronis refused setting the tenant's items and quotas: The item is not available to the partner."
    );
    assert!(!world.creation.is_tenant_ready());
    world.creation.retry(contoso());
    assert!(matches!(world.next(), Next::Items { .. }));
}

#[test]
fn v3_a_tenant_of_the_same_name_is_not_adopted_but_suggested() {
    let mut world = World::new();
    world.has_tenant("theirs", " contoso LTD ", "some other tool");
    let Next::Stopped(problem) = world.work() else { panic!("not stopped") };
    assert_eq!(problem.suggested(), Some(&"theirs".into()));
    assert_eq!((world.tenants.len(), &world.mapped_to), (1, &None));
}

#[test]
fn v3_nobodys_tenant_of_nearly_the_same_name_is_asked_about_before_a_second_one_is_made() {
    let mut world = World::new();
    world.has_tenant("theirs", "Contoso GmbH", "some other tool");
    let Next::Stopped(problem) = world.work() else { panic!("not stopped") };
    assert_eq!((problem.suggested(), world.tenants.len()), (Some(&"theirs".into()), 1));
    world.creation.retry(contoso());
    assert_eq!(world.work(), Next::Done, "who tries again all the same wants a new one");
    assert_eq!(world.tenants.len(), 2);
}

#[test]
fn v4_a_person_who_asked_for_a_new_tenant_is_not_asked_about_names_that_look_alike() {
    let mut world = World::new();
    world.creation.by = Some("Ann".to_owned());
    world.has_tenant("theirs", "Contoso GmbH", "some other tool");
    assert_eq!(world.work(), Next::Done);
}

#[test]
fn v3_a_name_refused_by_acronis_stops_although_nobody_with_it_can_be_seen() {
    let mut world = World::new();
    world.step(Fault::None);
    world.creation.begin_tenant(world.now);
    world.creation.tenant_name_taken();
    let Next::Stopped(problem) = world.work() else { panic!("not stopped") };
    assert_eq!(problem, Problem::NameTaken { name: "Contoso Ltd".into(), tenant: None, mapped_to: None });
    world.creation.retry(contoso());
    assert_eq!(world.work(), Next::Done);
}

#[test]
fn v3_a_namesake_of_another_account_is_not_suggested() {
    let mut world = World::new();
    let found = Found {
        tenant: "theirs".into(),
        name: "Contoso Ltd".into(),
        internal_tag: None,
        created_at: None,
        mapped_to: Some(AccountId(9)),
    };
    world.creation.tenants_found(&[found], world.now);
    let Next::Stopped(problem) = world.next() else { panic!("not stopped") };
    assert_eq!(problem.suggested(), None);
    assert!(problem.to_string().contains("account 9"), "{problem}");
}

#[test]
fn x2_stopping_at_a_namesake_does_not_forget_a_create_under_way() {
    let mut world = World::new().where_names_are_unique(false);
    world.step(Fault::None);
    world.step(Fault::Late { seconds: 300 });
    world.has_tenant("theirs", "Contoso Ltd", "");
    assert!(matches!(world.work(), Next::Stopped(_)));
    world.tenants.clear();
    world.creation.retry(contoso());
    assert_eq!(world.work(), Next::Done);
    world.advance(3_600);
    assert_eq!(world.tenants.len(), 1);
}

#[test]
fn x2_a_user_whose_create_took_effect_very_late_is_found_when_its_login_turns_out_to_be_taken() {
    let mut world = World::new();
    while !matches!(world.next(), Next::CreateUser { .. }) {
        world.step(Fault::None);
    }
    world.step(Fault::Late { seconds: 363 });
    while !matches!(world.next(), Next::CreateUser { .. }) {
        world.step(Fault::None);
    }
    world.advance(10);
    assert_eq!(world.work(), Next::Done);
    assert_eq!(world.users.len(), 1);
}
