// Acronis' documented API, as any client of it speaks: it knows nothing of the product.

import assert from "node:assert/strict";

/** The provider's API client. */
export const CLIENT = { id: "demo-client", secret: "demo-secret" };
/** The partner that the client belongs to. */
export const ROOT = "a0000000-0000-4000-8000-000000000001";

export class Acronis {
  #url;
  #token;

  constructor(url) {
    this.#url = url;
  }

  get url() {
    return this.#url;
  }

  async #call(method, path, body) {
    this.#token ??= await this.#logIn();
    const headers = { Authorization: `Bearer ${this.#token}`, "Content-Type": "application/json" };
    const answer = await fetch(this.#url + path, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path} answered ${answer.status}`);
    const text = await answer.text();
    return text && JSON.parse(text);
  }

  async #logIn() {
    const headers = {
      Authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64")}`,
      "Content-Type": "application/x-www-form-urlencoded",
    };
    const answer = await fetch(`${this.#url}/api/2/idp/token`, { method: "POST", headers, body: "grant_type=client_credentials" });
    assert.ok(answer.ok, `Acronis refused the log-in with ${answer.status}`);
    return (await answer.json()).access_token;
  }

  /** All tenants below the root partner. */
  async tenants() {
    return (await this.#call("GET", `/api/2/tenants?subtree_root_id=${ROOT}&limit=500`)).items;
  }

  /** The customer tenant of this name, or nothing. */
  async customer(name) {
    return (await this.tenants()).find((tenant) => tenant.kind === "customer" && tenant.name === name);
  }

  /** A tenant's offering items of all editions; one that is bound to storages stands there once for each. */
  async items(tenant) {
    return (await this.#call("GET", `/api/2/tenants/${tenant}/offering_items?edition=*`)).items;
  }

  /** The only item of this name that is switched on, or nothing. */
  async item(tenant, name) {
    const found = (await this.items(tenant)).filter((item) => item.name === name && item.status === 1);
    assert.ok(found.length <= 1, `${name} is switched on ${found.length} times`);
    return found[0];
  }

  /** Raises an alert on a workload of a tenant. Returns its id. */
  async raise(type, tenant, workload) {
    const details = { resourceId: `${tenant}-${workload}`, resourceName: workload, planName: "Daily" };
    const alert = await this.#call("POST", "/api/alert_manager/v1/alerts", { type, tenantID: tenant, details });
    return alert.id;
  }

  /** Lets an alert end. */
  async clear(id) {
    await this.#call("DELETE", `/api/alert_manager/v1/alerts/${id}`);
  }

  /** Every request that was answered until now. */
  async calls() {
    return (await fetch(`${this.#url}/_simulator/calls`)).json();
  }

  /** Lets time pass here and in Autotask: the two share a clock. Tokens end by that. */
  async pass(seconds) {
    const answer = await fetch(`${this.#url}/_simulator/clock`, { method: "POST", body: JSON.stringify({ advance_s: seconds }) });
    assert.ok(answer.ok, `the clock was not moved: ${answer.status}`);
    this.#token = undefined;
  }
}
