import assert from "node:assert/strict";

import { procedure } from "../harness/procedure.mjs";

const AUTOMATIC = "Automatically create customers for Autotask accounts with assigned offering items";

// *Kale Foods* and *Larch Security* buy mapped services and have no tenant; *Nettle Interiors* buys nothing yet.
procedure("5.3 Configuring the provisioning settings", {}, async (person, local) => {
  await person.openTab("Billing and provisioning");
  await person.tick(AUTOMATIC, true, person.region("Customer Provisioning"));
  await person.pressButton("Apply");

  // Who would be created is shown before anybody is.
  await person.awaits(person.button("Apply these changes"));
  await person.sees("Kale Foods");
  assert.equal(await local.acronis.customer("Kale Foods"), undefined);
  await person.pressButton("Apply these changes");
  await person.isTold("Applied");
  await local.settle();

  const company = await local.autotask.company("Kale Foods");
  const tenant = await local.acronis.customer("Kale Foods");
  assert.equal(tenant.customer_id, String(company));
  assert.equal((await local.acronis.item(tenant.id, "pw_base_workstations")).quota.value, 22);

  // For manual tenant creation, the option is disabled: the next contract creates nobody.
  await person.openTab("Billing and provisioning");
  await person.tick(AUTOMATIC, false, person.region("Customer Provisioning"));
  await person.pressButton("Apply");
  await person.isTold("Saved");
  await local.autotask.sell(await local.autotask.company("Nettle Interiors"), "Workstations", 3);
  await local.poll();
  assert.equal(await local.acronis.customer("Nettle Interiors"), undefined);
});
