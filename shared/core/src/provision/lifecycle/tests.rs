use proptest::prelude::*;

use super::*;

const SETTINGS: Deprovisioning = Deprovisioning { disable_after_days: Some(10), delete_after_days: Some(30) };

/// A mapped account, run by run.
struct Life {
    state: State,
    settings: Deprovisioning,
    facts: Facts,
    now: Timestamp,
}

impl Life {
    fn new() -> Self {
        Self {
            state: State::default(),
            settings: SETTINGS,
            facts: Facts { is_selling: true, is_enabled: true, has_usage: Some(false) },
            now: Timestamp::UNIX_EPOCH,
        }
    }

    /// An account whose contract has just been seen to be gone.
    fn without_contract() -> Self {
        let mut life = Self::new();
        life.run();
        life.facts.is_selling = false;
        life.run();
        life
    }

    /// A tenant that we have just disabled.
    fn disabled() -> Self {
        let mut life = Self::without_contract();
        life.after_days(10);
        life.obey();
        life
    }

    fn run(&mut self) -> Step {
        self.state.see(self.facts, self.now);
        decide(&self.state, self.settings, self.facts, self.now)
    }

    fn after_days(&mut self, days: u32) -> Step {
        self.now += of_days(days);
        self.run()
    }

    /// Carries out what the run wants.
    fn obey(&mut self) -> Step {
        let step = self.run();
        match step {
            Step::Disable => {
                self.state.begin_disable(self.now);
                self.facts.is_enabled = false;
                self.state.disabled(self.now);
            }
            Step::EnableAgain => {
                self.facts.is_enabled = true;
                self.state.enabled();
            }
            _ => {}
        }
        step
    }

    fn anna() -> Consent {
        Consent { by: "anna".into(), at: Timestamp::UNIX_EPOCH }
    }
}

#[test]
fn v6_ten_days_after_the_last_contract_was_seen_the_tenant_is_disabled() {
    let mut life = Life::without_contract();
    let until = life.now + of_days(10);
    assert_eq!(life.run(), Step::Count { until });
    assert_eq!(life.after_days(9), Step::Count { until });
    assert_eq!(life.after_days(1), Step::Disable);
}

#[test]
fn v6_days_start_over_when_a_contract_returns() {
    let mut life = Life::without_contract();
    life.after_days(9);
    life.facts.is_selling = true;
    assert_eq!(life.run(), Step::LeaveAlone);
    life.facts.is_selling = false;
    life.run();
    assert!(matches!(life.after_days(9), Step::Count { .. }));
    assert_eq!(life.after_days(1), Step::Disable);
}

#[test]
fn v6_an_account_that_never_had_a_contract_while_mapped_is_left_alone() {
    let mut life = Life::new();
    life.facts.is_selling = false;
    life.run();
    assert_eq!(life.after_days(400), Step::LeaveAlone);
    assert_eq!(life.state, State::default());
}

#[test]
fn v6_both_settings_are_off_by_default() {
    let mut life = Life { settings: Deprovisioning::default(), ..Life::without_contract() };
    assert_eq!(life.after_days(400), Step::LeaveAlone);
    let mut life = Life { settings: Deprovisioning::default(), ..Life::disabled() };
    assert_eq!(life.after_days(400), Step::LeaveAlone);
}

#[test]
fn v6_disabling_is_held_while_the_tenant_is_in_use_until_a_person_approves() {
    for (has_usage, why) in [(Some(true), WhyHeld::InUse), (None, WhyHeld::UsageUnknown)] {
        let mut life = Life::without_contract();
        life.facts.has_usage = has_usage;
        assert_eq!(life.after_days(10), Step::HoldDisable(why));
        life.state.approve_disable(Life::anna());
        assert_eq!(life.run(), Step::Disable);
        life.facts.is_selling = true;
        life.run();
        life.facts.is_selling = false;
        life.run();
        assert_eq!(life.after_days(10), Step::HoldDisable(why), "the approval lapsed with the contract's return");
    }
}

#[test]
fn v6_a_tenant_that_we_disabled_is_deleted_only_after_a_person_confirmed() {
    let mut life = Life::disabled();
    assert_eq!(life.after_days(29), Step::LeaveAlone);
    assert_eq!(life.after_days(1), Step::AskDelete);
    assert_eq!(life.after_days(300), Step::AskDelete);
    life.state.confirm_delete(Life::anna());
    assert_eq!(life.run(), Step::Delete);
}

#[test]
fn v6_a_confirmation_given_early_deletes_nothing_early() {
    let mut life = Life::disabled();
    life.state.confirm_delete(Life::anna());
    assert_eq!(life.after_days(29), Step::LeaveAlone);
}

#[test]
fn v6_a_confirmation_for_a_tenant_that_is_not_disabled_by_us_counts_for_nothing() {
    let mut life = Life::without_contract();
    life.state.confirm_delete(Life::anna());
    life.after_days(10);
    life.obey();
    assert_eq!(life.after_days(30), Step::AskDelete);
}

#[test]
fn v6_a_returning_contract_enables_what_we_disabled_and_withdraws_the_confirmation() {
    let mut life = Life::disabled();
    life.after_days(40);
    life.state.confirm_delete(Life::anna());
    life.facts.is_selling = true;
    assert_eq!(life.obey(), Step::EnableAgain);
    assert_eq!(life.run(), Step::LeaveAlone);
    life.facts.is_selling = false;
    life.run();
    life.after_days(10);
    life.obey();
    assert_eq!(life.after_days(30), Step::AskDelete);
}

#[test]
fn v6_what_we_disabled_is_enabled_again_also_after_the_rule_was_switched_off() {
    let mut life = Life { settings: Deprovisioning::default(), ..Life::disabled() };
    life.facts.is_selling = true;
    assert_eq!(life.run(), Step::EnableAgain);
}

#[test]
fn v6_a_tenant_disabled_by_hand_is_left_alone_and_shown() {
    for is_selling in [true, false] {
        let mut life = Life::without_contract();
        life.facts.is_enabled = false;
        life.facts.is_selling = is_selling;
        life.state.confirm_delete(Life::anna());
        life.run();
        assert_eq!(life.after_days(100), Step::DisabledByHand);
    }
}

#[test]
fn v6_what_somebody_enabled_again_is_not_disabled_again_without_a_person() {
    let mut life = Life::disabled();
    life.facts.is_enabled = true;
    assert_eq!(life.after_days(1), Step::HoldDisable(WhyHeld::EnabledByHand));
    life.state.approve_disable(Life::anna());
    assert_eq!(life.run(), Step::Disable);
}

#[test]
fn x2_a_disabling_whose_reply_was_lost_is_ours_when_it_took_effect() {
    let mut life = Life::without_contract();
    life.after_days(10);
    life.state.begin_disable(life.now);
    life.facts.is_enabled = false;
    assert_eq!(life.run(), Step::LeaveAlone);
    assert_eq!(life.after_days(1), Step::LeaveAlone);
    life.facts.is_selling = true;
    assert_eq!(life.run(), Step::EnableAgain);
}

#[test]
fn x2_a_disabling_without_effect_is_forgotten_so_that_a_later_hand_is_not_taken_for_ours() {
    let mut life = Life::without_contract();
    life.after_days(10);
    life.state.begin_disable(life.now);
    life.facts.is_selling = true;
    life.run();
    life.after_days(1);
    life.facts.is_enabled = false;
    assert_eq!(life.run(), Step::DisabledByHand);
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Day,
    Contract(bool),
    ByHand(bool),
    Usage(Option<bool>),
    Confirm,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(Event::Day),
        2 => any::<bool>().prop_map(Event::Contract),
        1 => any::<bool>().prop_map(Event::ByHand),
        1 => any::<Option<bool>>().prop_map(Event::Usage),
        1 => Just(Event::Confirm),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn v6_nothing_is_disabled_in_use_or_early_and_nothing_deleted_that_was_not_ours_and_confirmed(
        events in prop::collection::vec(event(), 0..120),
    ) {
        let settings = Deprovisioning { disable_after_days: Some(2), delete_after_days: Some(3) };
        let mut life = Life { settings, ..Life::new() };
        life.run();
        // Days without a contract, days disabled by us, and a confirmation that still stands: counted here independently.
        let (mut unsold_days, mut ours, mut confirmed) = (0, None, false);
        for event in events {
            match event {
                Event::Day => {
                    life.now += of_days(1);
                    unsold_days += i32::from(!life.facts.is_selling);
                    ours = ours.map(|days| days + 1);
                }
                Event::Contract(is_selling) => life.facts.is_selling = is_selling,
                Event::ByHand(is_enabled) => {
                    ours = ours.filter(|_| !is_enabled);
                    confirmed &= !is_enabled;
                    life.facts.is_enabled = is_enabled;
                }
                Event::Usage(has_usage) => life.facts.has_usage = has_usage,
                Event::Confirm => {
                    life.state.confirm_delete(Life::anna());
                    confirmed = ours.is_some();
                }
            }
            if life.facts.is_selling {
                (unsold_days, confirmed) = (0, false);
            }
            let was_enabled = life.facts.is_enabled;
            match life.obey() {
                Step::Disable => {
                    prop_assert!(unsold_days >= 2 && was_enabled && life.facts.has_usage == Some(false));
                    ours = Some(0);
                }
                Step::Delete => {
                    prop_assert!(confirmed && ours.is_some_and(|days| days >= 3) && !life.facts.is_selling);
                }
                Step::EnableAgain => {
                    prop_assert!(ours.is_some() && life.facts.is_selling);
                    ours = None;
                }
                Step::AskDelete => prop_assert!(!confirmed && ours.is_some()),
                Step::LeaveAlone | Step::Count { .. } | Step::HoldDisable(_) | Step::DisabledByHand => {}
            }
        }
    }
}
