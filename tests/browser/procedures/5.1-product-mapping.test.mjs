import assert from "node:assert/strict";

import { ROOT } from "../harness/acronis.mjs";
import { procedure } from "../harness/procedure.mjs";

const DUBLIN = "20000000-0000-4000-8000-000000000002";

/** Billing is off, and nothing follows the service *Mobile devices* yet, of which *Ginkgo Health* buys three more. */
async function prepare(local) {
  const { version, settings } = await local.api("GET", "/api/v1/settings");
  settings.billing.enabled = false;
  await local.api("PUT", "/api/v1/settings", { version, settings });
  const path = `/api/v1/products/${ROOT}`;
  const mapping = await local.api("GET", path);
  mapping.products.rows = mapping.products.rows.filter(({ item }) => item.name !== "pw_base_mobiles");
  await local.api("PUT", path, mapping);
  const [contract] = await local.autotask.contracts("Ginkgo Health");
  await local.autotask.adjust(contract, "Mobile devices", 3);
}

procedure("5.1 Configuring the product mapping", { prepare }, async (person, local) => {
  const quota = async (customer, item) => {
    const { id } = await local.acronis.customer(customer);
    return (await local.acronis.item(id, item))?.quota;
  };
  const mobiles = (await quota("Ginkgo Health", "pw_base_mobiles")).value;

  await person.openTab("Billing and provisioning");
  await person.tick("Enable");
  await person.find("Autotask service for Mobile devices, per workload", "Mobile devices");
  await person.fill("Autotask service for Websites, per workload", "");
  await person.tick("Free: Websites, per workload");
  await person.fill("Autotask service for Virtual machines, per workload", "");
  await person.choose("Cloud storage for backups, per workload", "Dublin storage", person.group("Default storage"));
  await person.pressButton("Apply");

  // Nothing is written before the person has seen what it would do.
  await person.awaits(person.button("Apply these changes"));
  assert.equal((await quota("Ginkgo Health", "pw_base_mobiles")).value, mobiles);
  await person.pressButton("Apply these changes");
  await person.isTold("Applied");
  await local.settle();

  // Sold: what the contract says. Not selected and Free: unlimited. Not selected and not Free: zero.
  assert.equal((await quota("Ginkgo Health", "pw_base_mobiles")).value, mobiles + 3);
  assert.equal((await quota("Alder & Sons", "pw_base_websites")).value, null);
  const { value, overage } = await quota("Cedar Logistics", "pw_base_vms");
  assert.deepEqual({ value, overage }, { value: 0, overage: 0 });

  // No storage on the contract: a new customer gets the default one.
  const company = await local.autotask.company("Nettle Interiors");
  await local.autotask.sell(company, "Workstations", 7);
  await local.api("PUT", "/api/v1/mapping", { edits: [{ account: company, new: true }] });
  await local.poll();
  const { id } = await local.acronis.customer("Nettle Interiors");
  assert.equal((await local.acronis.item(id, "pw_base_storage")).infra_id, DUBLIN);
});
