//! From a contract to a tenant and its quotas, through the real handlers: poll, queue, worker, both vendors simulated. One module for
//! each theme; each test begins with the rule that it proves.
use anyhow::Result;
use suites::world::World;

#[tokio::test(start_paused = true)]
async fn start() -> Result<()> {
    let mut world = World::new().await?;
    world.billing().await?;
    Ok(())
}
