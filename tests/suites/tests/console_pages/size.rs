//! Ten thousand accounts and five thousand tenants: every page stays small and quick, and none holds a list of them all.
//!
//! The time is the router's own: the table is embedded and both systems answer at once, so what is measured is what the console
//! does. It may take 300 ms where the code is optimised, and 3 s where it is not: the same code then takes eight times as long, and
//! the machine of a test has other things to do. `cargo test --release --test console_pages size -- --nocapture` prints what each page
//! takes.

use std::time::{Duration, Instant};

use anyhow::Result;
use billing::companies::{Companies, Listed};
use billing::tenants::{Node, Tree};
use bridge_core::id::{AccountId, ContractId, LineId, ServiceId, TenantId};
use bridge_core::item::{Grant, ItemId, Quota, Unit};
use bridge_core::mapping::{Kind, Switches};
use bridge_core::quota::Memory;
use bridge_core::sale::{Sold, Source};
use bridge_core::settings::{Activation, Scope};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use store::pack::{Entry, Pack};
use store::record::account::Last;
use store::record::{Account, Held, Mapping, Unmapped};
use store::table::Table;
use suites::console::{Console, connection};

use super::paths;

const ACCOUNTS: i64 = 10_000;
const TENANTS: i64 = 5_000;
/// Tenants with an account; the others look for one.
const MAPPED: i64 = 4_000;
const PARTNERS: i64 = 100;
const HELD: i64 = 500;
/// Items of every mapped account.
const ITEMS: i64 = 10;
/// Ids of the accounts begin here, far from those of the demo.
const FIRST: i64 = 1_000_000;

const BYTES_MAX: usize = 300_000;
const TIME_MAX: Duration = Duration::from_millis(if cfg!(debug_assertions) { 3_000 } else { 300 });
/// A page is asked for twice, and its faster answer counts: the machine may be busy with something else.
const TIMES: usize = 2;
/// Writes of the set-up at a time.
const AT_A_TIME: usize = 16;

fn tenant(index: i64) -> TenantId {
    TenantId::new(format!("50000000-0000-4000-8000-{index:012}"))
}

fn partner(index: i64) -> TenantId {
    TenantId::new(format!("a5000000-0000-4000-8000-{index:012}"))
}

/// Names as companies have them, no two alike; the account and the tenant of one index share theirs but for the legal form.
fn name(index: i64) -> String {
    const BEGIN: [&str; 16] =
        ["Al", "Bre", "Cor", "Dun", "El", "Fair", "Gra", "Hol", "Iver", "Jor", "Kes", "Lin", "Mar", "Nor", "Os", "Ru"];
    const END: [&str; 16] = [
        "bury", "dale", "field", "gate", "ham", "ington", "kirk", "lock", "mont", "ney", "rick", "sford", "ton",
        "vale", "wick", "worth",
    ];
    const TRADE: [&str; 40] = [
        "Accounting",
        "Architects",
        "Bakery",
        "Brewing",
        "Builders",
        "Catering",
        "Clinic",
        "Consulting",
        "Dental",
        "Design",
        "Electric",
        "Energy",
        "Engineering",
        "Estates",
        "Farms",
        "Finance",
        "Foods",
        "Foundation",
        "Freight",
        "Gardens",
        "Health",
        "Hotels",
        "Insurance",
        "Interiors",
        "Law",
        "Logistics",
        "Media",
        "Motors",
        "Optics",
        "Partners",
        "Pharmacy",
        "Plumbing",
        "Printing",
        "Realty",
        "Schools",
        "Security",
        "Software",
        "Textiles",
        "Travel",
        "Veterinary",
    ];
    let of = |words: &[&'static str], index: i64| words[usize::try_from(index).unwrap_or_default() % words.len()];
    format!("{}{} {}", of(&BEGIN, index), of(&END, index / 16), of(&TRADE, index / 256))
}

/// A provider of that size, as the last run has left it.
async fn provider() -> Result<Console> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let table = &console.systems.table;
    let now = console.clock.now();
    let known: Vec<Listed> = Companies::stored(table).await?.list().values().cloned().collect();
    let listed = |index: i64| Listed { id: AccountId(FIRST + index), name: name(index), kind: Some(1) };
    keep(table, "companies", known.into_iter().chain((0..ACCOUNTS).map(listed))).await?;
    let known: Vec<Node> = Tree::stored(table, &connection()).await?.nodes().values().cloned().collect();
    let node = |id: TenantId, parent: TenantId, kind: Kind, name: String| Node {
        id,
        parent: Some(parent),
        kind,
        name,
        enabled: true,
        customer_id: None,
        internal_tag: None,
    };
    let root = TenantId::new(connection().as_str());
    let partners =
        (0..PARTNERS).map(|index| node(partner(index), root.clone(), Kind::Partner, format!("Partner {index}")));
    let customers = (0..TENANTS)
        .map(|index| node(tenant(index), partner(index % PARTNERS), Kind::Customer, format!("{} Ltd", name(index))));
    keep(table, &format!("tenants/{}", connection()), known.into_iter().chain(partners).chain(customers)).await?;
    let before = now - SignedDuration::from_hours(24);
    let map = async |index: i64| -> Result<()> {
        let account = AccountId(FIRST + index);
        let mapping = Mapping {
            account,
            tenant: tenant(index),
            connection: connection(),
            switches: Switches::default(),
            account_name: name(index),
            tenant_name: format!("{} Ltd", name(index)),
            mapped_at: before,
        };
        Mapping::map(table, mapping, None).await?;
        table.insert(Activation::new(Scope::Account(account), now, 24)).await?;
        table.insert(remembered(account, index, before)).await?;
        Ok(())
    };
    futures::stream::iter((0..MAPPED).map(map)).buffer_unordered(AT_A_TIME).try_collect::<Vec<()>>().await?;
    let hold = async |index: i64| -> Result<()> {
        let held = Held {
            id: format!("storage_in_use#{index}"),
            kind: "storage_in_use".to_owned(),
            account: Some(AccountId(FIRST + index)),
            reason: format!("{}: the storage has data, so it is not switched off without a person.", name(index)),
            what: "Cloud storage for backups would be switched off".to_owned(),
            since: now,
            quota: None,
            accounts: Vec::new(),
        };
        table.insert(held).await?;
        let unmapped = Unmapped {
            tenant: tenant(MAPPED + index),
            connection: connection(),
            name: format!("{} Ltd", name(MAPPED + index)),
            count: 3,
            first_at: now,
            last_at: now,
        };
        table.insert(unmapped).await?;
        Ok(())
    };
    futures::stream::iter((0..HELD).map(hold)).buffer_unordered(AT_A_TIME).try_collect::<Vec<()>>().await?;
    report(table, now).await?;
    Ok(console)
}

/// What is usually remembered of an account: what was written of ten items, and from which lines that came. Of every twentieth there is
/// a problem.
fn remembered(account: AccountId, index: i64, at: Timestamp) -> Account {
    let written = |number: i64| (item(number), Grant::Quota(Quota::hard(index % 90 + number)));
    let line = |number: i64| Source {
        service: ServiceId(9_001 + number),
        contract: ContractId(30_000 + index),
        line: Some(LineId(50_000 + index * ITEMS + number)),
        sold: Sold::Service(ServiceId(9_001 + number)),
        units: index % 90 + number,
        since: Some(jiff::civil::date(2026, 11, 1)),
        until: Some(jiff::civil::date(2026, 11, 30)),
    };
    let memory = Memory {
        written: (0..ITEMS).map(written).collect(),
        lines: (0..ITEMS).map(line).collect(),
        ..Memory::default()
    };
    let problem = || "Acronis refused “Servers”: the item is locked. Ask the partner above.".to_owned();
    let problems = (index % 20 == 0).then(problem).into_iter().collect();
    let last = Last { synced_at: Some(at), tried_at: Some(at), problems, ..Last::default() };
    Account { memory, last, consent: Some(at), ..Account::new(account) }
}

fn item(number: i64) -> ItemId {
    ItemId { application: "a".into(), name: format!("pw_base_item_{number}"), infra: None }
}

/// An account in a month's report.
#[derive(Serialize, Deserialize)]
struct Reported {
    a: i64,
    #[serde(flatten)]
    rest: Value,
}

impl Entry for Reported {
    fn key(&self) -> String {
        self.a.to_string()
    }
}

/// This month's report, with ten items of every mapped account.
async fn report(table: &Table, now: Timestamp) -> Result<()> {
    let month = now.strftime("report/%Y-%m").to_string();
    let mut pack: Pack<Vec<(ItemId, Unit)>, Reported> = Pack::read(table, &month, |_| {}).await?;
    pack.common = (0..ITEMS).map(|number| (item(number), Unit::Quantity)).collect();
    let line = |index: i64, place: i64| {
        let (sold, used) = (index % 90 + place, index % 97);
        let grant = json!({"quota": {"value": sold, "overage": 0}});
        json!([place, {"s": 9_001 + place, "u": sold, "w": grant, "h": grant, "d": used}])
    };
    let customer = |index: i64| {
        let lines: Vec<Value> = (0..ITEMS).map(|place| line(index, place)).collect();
        let rest = json!({"n": name(index), "t": tenant(index), "m": format!("{} Ltd", name(index)), "i": lines});
        Reported { a: FIRST + index, rest }
    };
    let mut customers: Vec<Reported> = (0..MAPPED).map(customer).collect();
    customers.sort_by_key(Entry::key);
    pack.write(table, customers).await?;
    Ok(())
}

/// Puts a directory in the place of what the run has read.
pub async fn keep<T: Entry>(table: &Table, name: &str, entries: impl Iterator<Item = T>) -> Result<()> {
    let mut pack: Pack<(), T> = Pack::read(table, name, |_| {}).await?;
    let mut entries: Vec<T> = entries.collect();
    entries.sort_by_key(Entry::key);
    pack.write(table, entries).await?;
    Ok(())
}

/// The pages with their parameters filled in, and the lists once more as they are filtered and sorted.
async fn pages(console: &Console) -> Result<Vec<String>> {
    let (mapped, unmapped) = (FIRST, FIRST + MAPPED);
    let mut paths = paths::of(console, mapped, unmapped).await?;
    let root = acronis::ROOT_PARTNER;
    paths.extend([
        "/mapping?state=mapped&sort=state".to_owned(),
        "/mapping?state=suggested".to_owned(),
        "/mapping?state=held&sort=synced_at".to_owned(),
        format!("/mapping?search=dale&account={unmapped}"),
        format!("/mapping?account={mapped}&removal=ask"),
        format!("/mapping/{unmapped}/existing?connection={}&partner={root}", connection()),
        "/mapping/suggestions?search=dale".to_owned(),
        "/report?search=dale&only=differences".to_owned(),
    ]);
    Ok(paths)
}

#[tokio::test]
async fn with_ten_thousand_accounts_every_page_is_small_and_quick_and_none_lists_them_all() -> Result<()> {
    let console = provider().await?;
    let mut too_much = Vec::new();
    for path in pages(&console).await? {
        let (mut fastest, mut bytes, mut options) = (Duration::MAX, 0, 0);
        for _ in 0..TIMES {
            let (answer, took) = timed(console.get(&path)).await;
            let answer = answer?.expect(200)?;
            fastest = fastest.min(took);
            bytes = answer.text.len();
            options = answer.text.matches("<option").count();
        }
        show(&path, fastest, bytes);
        if bytes > BYTES_MAX || fastest > TIME_MAX || options > 1_000 {
            too_much.push(format!("{path}: {bytes} bytes, {} ms, {options} options", fastest.as_millis()));
        }
    }
    assert_eq!(too_much, [""; 0]);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the numbers are what somebody runs this for")]
fn show(path: &str, took: Duration, bytes: usize) {
    println!("{:>6} ms {:>4} kB  {path}", took.as_millis(), bytes.div_ceil(1_000));
}

#[expect(clippy::disallowed_methods, reason = "how long a page takes is told by the clock on the wall")]
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    let done = work.await;
    (done, begun.elapsed())
}
