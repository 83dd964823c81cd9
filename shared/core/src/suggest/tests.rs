use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A tenant's id, name, customer id and tag, and whether it is mapped.
type OwnTenant = (TenantId, String, Option<String>, Option<String>, bool);

/// Owned twins of the arguments.
#[derive(Debug, Clone)]
struct Msp {
    accounts: Vec<(i64, String, bool)>,
    tenants: Vec<OwnTenant>,
    connection: ConnectionId,
}

impl Msp {
    fn new(accounts: &[(i64, &str)], tenants: &[(&str, &str)]) -> Self {
        Self {
            accounts: accounts.iter().map(|(id, name)| (*id, (*name).to_owned(), false)).collect(),
            tenants: tenants.iter().map(|(id, name)| ((*id).into(), (*name).to_owned(), None, None, false)).collect(),
            connection: "c".into(),
        }
    }

    fn suggestions(&self) -> Vec<Suggestion> {
        let accounts: Vec<_> = self
            .accounts
            .iter()
            .map(|(id, name, is_mapped)| Account { id: AccountId(*id), name, number: None, is_mapped: *is_mapped })
            .collect();
        let tenants: Vec<_> = self
            .tenants
            .iter()
            .map(|(id, name, customer_id, tag, is_mapped)| Tenant {
                id,
                connection: &self.connection,
                name,
                customer_id: customer_id.as_deref(),
                internal_tag: tag.as_deref(),
                is_mapped: *is_mapped,
            })
            .collect();
        suggest(&accounts, &tenants, |marker| marker.has_same_origin(&marker_of(0)))
    }

    fn pairs(&self) -> Vec<(i64, String)> {
        self.suggestions().into_iter().map(|s| (s.account.0, s.tenant.to_string())).collect()
    }
}

fn marker_of(account: i64) -> Marker {
    Marker::new("installation", 12, AccountId(account))
}

#[test]
fn v7_our_marker_outranks_a_name_and_a_name_outranks_a_customer_id() {
    let mut msp = Msp::new(&[(174, "Contoso Ltd")], &[("id", "X"), ("name", "CONTOSO"), ("marker", "Y")]);
    msp.tenants[0].2 = Some(" 174 ".into());
    msp.tenants[2].3 = Some(marker_of(174).to_string());
    assert_eq!(msp.pairs(), [(174, "marker".into()), (174, "name".into()), (174, "id".into())]);
    let found = msp.suggestions();
    assert_eq!(found[0].evidence, [Evidence::Marker]);
    assert_eq!(found[2].evidence, [Evidence::CustomerId]);
}

#[test]
fn v7_the_marker_of_another_installation_or_account_says_nothing() {
    let mut msp = Msp::new(&[(174, "Contoso")], &[("a", "X"), ("b", "Y")]);
    msp.tenants[0].3 = Some(Marker::new("other", 12, AccountId(174)).to_string());
    msp.tenants[1].3 = Some(marker_of(175).to_string());
    assert_eq!(msp.pairs(), []);
}

#[test]
fn v7_similar_names_are_found_by_spelling_by_order_and_by_a_rare_word() {
    for (account, tenant) in [
        ("Fabrikam Residences", "Fabrikam Residence"),
        ("Northwind Traders", "Nortwind Traders Ltd."),
        ("Adventure Works Cycles", "Cycles Adventure Works"),
        ("Contoso", "Contoso Berlin"),
        ("Müller Metallbau GmbH", "Mueller Metallbau"),
    ] {
        let msp = Msp::new(&[(1, account)], &[("near", tenant), ("far", "Quite Another Company"), ("far2", "Zebra")]);
        let found = msp.suggestions();
        assert_eq!(found.len(), 1, "{account} / {tenant}: {found:?}");
        assert_eq!(found[0].tenant, "near".into());
        assert!(matches!(found[0].evidence[..], [Evidence::SimilarName { percent: 75..=99 }]), "{found:?}");
    }
}

#[test]
fn v7_a_common_word_ties_nobody() {
    let msp = Msp::new(&[(1, "Alpha Dental")], &[("t", "Omega Dental"), ("u", "Dental")]);
    let mut common = msp.clone();
    common.tenants.extend((0..10).map(|n| (TenantId::new(format!("d{n}")), format!("Dental {n}"), None, None, false)));
    assert!(common.pairs().iter().all(|(_, tenant)| tenant != "t"), "{:?}", common.pairs());
    assert!(common.pairs().iter().all(|(_, tenant)| tenant != "u"), "{:?}", common.pairs());
}

#[test]
fn v7_a_customer_id_tips_the_balance_between_namesakes() {
    let mut msp = Msp::new(&[(174, "Smith")], &[("a", "Smith"), ("b", "Smith Ltd")]);
    msp.tenants[1].2 = Some("174".into());
    assert_eq!(msp.pairs(), [(174, "b".into()), (174, "a".into())]);
}

#[test]
fn v7_names_without_letters_tie_nobody() {
    assert_eq!(Msp::new(&[(1, "---")], &[("a", "***"), ("b", "")]).pairs(), []);
}

#[test]
fn v7_at_most_three_tenants_are_suggested_for_an_account() {
    let msp = Msp::new(&[(1, "Smith")], &[("a", "Smith"), ("b", "Smith"), ("c", "Smith"), ("d", "Smith")]);
    assert_eq!(msp.pairs(), [(1, "a".into()), (1, "b".into()), (1, "c".into())]);
}

/// A pronounceable name for a number below 2²⁰, different for each.
fn name(number: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "lo", "mi", "ru", "te", "zan", "dor", "fel", "gim", "hus", "jar", "nep", "pik", "sol", "vat", "wex"];
    const TRADES: [&str; 5] = ["Dental", "Logistics", "Services", "Consulting", "Media"];
    // Multiplied by an odd number, the numbers only change places.
    let scattered = number * 0x9E37_79B1 % (1 << 20);
    let first: String = (0..5).map(|place| SYLLABLES[(scattered >> (4 * place)) % 16]).collect();
    format!("{first} {}", TRADES[number % 5])
}

#[test]
fn v7_ten_thousand_accounts_and_five_thousand_tenants_are_matched_by_looking_at_few_pairs() {
    let accounts = (0..10_000).map(|n| (n, name(usize::try_from(n).unwrap()), false)).collect();
    // Every other account has a tenant, with its last letter lost.
    let tenants = (0..5_000).map(|n| {
        let mut name = name(2 * n);
        name.pop();
        (TenantId::new(format!("t{n:05}")), name, None, None, false)
    });
    let msp = Msp { accounts, tenants: tenants.collect(), connection: "c".into() };
    let found: BTreeSet<_> = msp.pairs().into_iter().collect();
    let expected = (0..5_000).map(|tenant| (2 * tenant, format!("t{tenant:05}")));
    let missed: Vec<_> = expected.filter(|pair| !found.contains(pair)).collect();
    assert!(missed.is_empty(), "{} missed, such as {:?}", missed.len(), missed.first());
}

fn msp() -> impl Strategy<Value = Msp> {
    let word = || prop_oneof![Just("Contoso"), Just("Fabrikam"), Just("North"), Just("Nort"), Just("Ltd"), Just("Ä")];
    let name = move || prop::collection::vec(word(), 0..4).prop_map(|words| words.join(" "));
    let accounts = prop::collection::vec((0i64..30, name(), any::<bool>()), 0..12);
    let id = prop::option::of((0i64..30).prop_map(|id| id.to_string()));
    let tag = prop::option::of((0i64..30).prop_map(|id| marker_of(id).to_string()));
    let tenants = prop::collection::vec((name(), id, tag, any::<bool>()), 0..12);
    (accounts, tenants).prop_map(|(mut accounts, tenants)| {
        accounts.sort_unstable();
        accounts.dedup_by_key(|(id, ..)| *id);
        let tenants = tenants.into_iter().enumerate();
        let tenants = tenants.map(|(n, (name, id, tag, is_mapped))| (format!("t{n}").into(), name, id, tag, is_mapped));
        Msp { accounts, tenants: tenants.collect(), connection: "c".into() }
    })
}

proptest! {
    #[test]
    fn v7_no_mapped_side_is_suggested_and_every_suggestion_has_evidence(msp in msp()) {
        for found in msp.suggestions() {
            let account = msp.accounts.iter().find(|(id, ..)| *id == found.account.0).unwrap();
            let tenant = msp.tenants.iter().find(|(id, ..)| *id == found.tenant).unwrap();
            prop_assert!(!account.2 && !tenant.4);
            prop_assert!(!found.evidence.is_empty() && found.score > 0);
            let same_name = normal_name(&account.1) == normal_name(&tenant.1);
            prop_assert_eq!(found.evidence.contains(&Evidence::SameName), same_name && !normal_name(&account.1).is_empty());
        }
    }

    #[test]
    fn v7_the_order_is_by_score_and_does_not_depend_on_the_order_of_reading(msp in msp(), turn in 0usize..12) {
        let found = msp.suggestions();
        prop_assert!(found.windows(2).all(|two| two[0].score >= two[1].score));
        let mut turned = msp.clone();
        turned.tenants.reverse();
        let by = turn.min(turned.accounts.len());
        turned.accounts.rotate_left(by);
        prop_assert_eq!(found, turned.suggestions());
    }

    #[test]
    fn v7_equal_names_are_always_suggested_to_each_other(name in "[A-Za-z]{1,12}( [A-Za-z]{1,12}){0,2}") {
        let msp = Msp::new(&[(1, &name)], &[("t", &format!("{} GmbH", name.to_uppercase()))]);
        prop_assert_eq!(msp.pairs(), [(1, "t".to_owned())]);
    }
}
