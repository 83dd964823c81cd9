//! Rule P2: editions are never mixed.

use anyhow::Result;
use bridge_core::id::ServiceId;
use bridge_core::item::Unit;
use bridge_core::settings::Products;
use bridge_core::settings::billing::{Managed, Row, Treatment};
use simulators::autotask::seed::{LOCAL_BACKUP, WORKSTATIONS};
use store::record::Generation;

use crate::world::{World, connection};

fn managed(like: &Row, name: &str, edition: Option<&str>, unit: Unit, service: i64) -> Row {
    let mut row = like.clone();
    name.clone_into(&mut row.item.name);
    row.edition = edition.map(str::to_owned);
    row.unit = unit;
    let service = Some(ServiceId(service));
    row.treatment = Treatment::Managed(Managed { service, free: true, unit_size: None, soft: false, share: false });
    row
}

#[tokio::test]
async fn p2_a_tenant_on_an_edition_that_is_not_mapped_gets_nothing_of_the_mapped_one() -> Result<()> {
    let world = World::settled(5).await?;
    for tenant in &world.tenants {
        // An item outside editions, so that the list of mapped items shows something of the tenant.
        world.acronis.switch_item(*tenant, "local_storage", true)?;
    }
    let change = |products: Option<Products>| {
        let mut products = products?;
        products.rows.iter_mut().for_each(|row| row.treatment = Treatment::NotManaged);
        let like = products.rows.first()?.clone();
        let workstations = Some("pck_per_gigabyte");
        products.rows.extend([
            managed(&like, "pg_base_workstations", workstations, Unit::Quantity, WORKSTATIONS.0),
            managed(&like, "local_storage", None, Unit::Bytes, LOCAL_BACKUP.0),
        ]);
        Some(products)
    };
    world.systems.table.modify(&connection(), change).await?;
    Generation::bump(&world.systems.table).await?;
    for _ in 0..2 {
        let summary = world.next_poll().await?;
        assert_eq!((summary.accounts, summary.braked), (5, false));
        assert!(world.sent().is_empty(), "{:?}", world.sent());
    }
    assert!(world.held().await?.is_empty(), "{:#?}", world.held().await?);
    Ok(())
}
