import assert from "node:assert/strict";

import { procedure } from "../harness/procedure.mjs";

procedure("5.4 Configuring the customer mapping: to an existing customer", {}, async (person, local) => {
  const { id: tenant } = await local.acronis.customer("Ivy Media Ltd");
  await person.openTab("Customer mapping");
  await person.followLink("Ivy Media");
  await person.followLink("Map to existing customer tenant", person.region("Ivy Media"));
  await person.followLink("Direct customers");
  await person.pick("Ivy Media Ltd");
  await person.pressButton("Map");
  await person.sees(person.region("Staged changes"));
  await person.pressButton("Apply");
  await person.isTold("Applied: 1 change");

  // Alerts of the tenant are now tickets of the account.
  await local.acronis.raise("BackupFailed", tenant, "SRV-IVY");
  await local.poll();
  const tickets = await local.autotask.tickets(await local.autotask.company("Ivy Media"));
  assert.equal(tickets.length, 1);
  assert.match(tickets[0].title, /SRV-IVY/);
});

procedure("5.4 Configuring the customer mapping: to a new customer", {}, async (person, local) => {
  await person.openTab("Customer mapping");
  await person.sees(person.row("Kale Foods").getByText("Not mapped"));
  await person.followLink("Kale Foods");
  await person.pressButton("Map to new customer tenant", person.region("Kale Foods"));
  await person.sees(person.region("Staged changes"));
  assert.equal(await local.acronis.customer("Kale Foods"), undefined, "a customer was created before Apply");
  await person.pressButton("Apply");
  await person.isTold("Applied: 1 change");
  await local.settle();

  const tenant = await local.acronis.customer("Kale Foods");
  assert.equal(tenant.customer_id, String(await local.autotask.company("Kale Foods")));
  assert.equal((await local.acronis.item(tenant.id, "pw_base_workstations")).quota.value, 22);
});

procedure("5.4 Configuring the customer mapping: to remove the mapping", {}, async (person, local) => {
  const company = await local.autotask.company("Hazel Travel");
  const before = await local.acronis.customer("Hazel Travel");
  const quotas = await local.acronis.items(before.id);
  await person.openTab("Customer mapping");
  await person.followLink("Hazel Travel");
  await person.followLink("Remove mapping", person.region("Hazel Travel"));
  await person.pressButton("Remove", person.region("Hazel Travel"));
  await person.sees(person.region("Staged changes"));
  await person.pressButton("Apply");
  await person.isTold("Applied: 1 change");

  // Neither side is written to any more: an alert makes no ticket, a contract changes no quota.
  await local.acronis.raise("BackupFailed", before.id, "SRV-HAZEL");
  const [contract] = await local.autotask.contracts("Hazel Travel");
  await local.autotask.adjust(contract, "Websites", 5);
  await local.poll();
  assert.deepEqual(await local.autotask.tickets(company), []);
  assert.deepEqual(await local.acronis.items(before.id), quotas);
  assert.deepEqual(await local.acronis.customer("Hazel Travel"), before);
});
