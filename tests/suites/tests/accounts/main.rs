//! From a contract to a tenant and its quotas, through the real handlers: poll, queue, worker, both vendors simulated; what people
//! decide goes through the console's API. One module for each theme; each test begins with the rule that it proves.

mod agreed;
mod brake;
mod counted;
mod created;
mod drift;
mod guarded;
mod life;
mod lost;
mod mapped;
mod quotas;
mod refused;
mod reported;
mod reviewed;
mod storages;
mod switches;
mod terms;
mod unread;

use anyhow::Result;
use bridge_core::id::AccountId;
use jiff::SignedDuration;
use suites::world::World;
use suites::world::verbs_people::ALDER_ACCOUNT;

/// Of *Dogwood Law*.
const DOGWOOD: AccountId = AccountId(ALDER_ACCOUNT.0 + 3);
/// Of *Elm Street Bakery*.
const ELM: AccountId = AccountId(ALDER_ACCOUNT.0 + 4);
/// Of *Fir Architects*.
const FIR: AccountId = AccountId(ALDER_ACCOUNT.0 + 5);
/// Of *Ginkgo Health*.
const GINKGO: AccountId = AccountId(ALDER_ACCOUNT.0 + 6);
/// Of *Hazel Travel*.
const HAZEL: AccountId = AccountId(ALDER_ACCOUNT.0 + 7);
/// *Juniper and Company*, not mapped.
const JUNIPER: AccountId = AccountId(ALDER_ACCOUNT.0 + 9);
/// *Kale Foods*, which has no tenant.
const KALE: AccountId = AccountId(ALDER_ACCOUNT.0 + 10);
/// *Larch Security*, which has no tenant.
const LARCH: AccountId = AccountId(ALDER_ACCOUNT.0 + 11);

/// *Maple Accounting*, which has no tenant and no contract in force.
const MAPLE: AccountId = AccountId(ALDER_ACCOUNT.0 + 12);

const WORKSTATIONS: &str = "pw_base_workstations";
const SERVERS: &str = "pw_base_servers";
const MACHINES: &str = "pw_base_vms";
const SEATS: &str = "pw_base_m365_seats";
const STORAGE: &str = "pw_base_storage";

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The demo with billing on, the first plans agreed to and carried out, and a second run after that.
async fn settled() -> Result<World> {
    let mut world = Box::pin(World::new()).await?;
    Box::pin(world.billing()).await?;
    Box::pin(world.next_accounts_turn()).await?;
    Ok(world)
}
