// Autotask's documented REST API, as any client of it speaks: it knows nothing of the product.

import assert from "node:assert/strict";

const SECRET = "demo-secret";
const CODE = "DEMOINTEGRATIONCODE00000001";
/** The integration's own user, and a technician. */
const USERS = { integration: "api@demo.example", technician: "human@demo.example" };

/** What a person types in at *Log in*. */
export const CREDENTIALS = { user: USERS.integration, secret: SECRET, code: CODE };

export class Autotask {
  #url;

  constructor(url) {
    this.#url = url;
  }

  get url() {
    return this.#url;
  }

  async #call(method, path, body, user = USERS.technician) {
    const headers = { UserName: user, Secret: SECRET, ApiIntegrationCode: CODE, "Content-Type": "application/json" };
    const url = `${this.#url}/atservicesrest/v1.0/${path}`;
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path} answered ${answer.status}: ${await answer.clone().text()}`);
    return answer.json();
  }

  /** The records that have these values. */
  async find(entity, values) {
    const filter = Object.entries(values).map(([field, value]) => ({ op: "eq", field, value }));
    return (await this.#call("POST", `${entity}/query`, { filter })).items;
  }

  /** The id of the company of this name. */
  async company(name) {
    const [company] = await this.find("Companies", { companyName: name });
    assert.ok(company, `there is no company ${name}`);
    return company.id;
  }

  /** The ids of a company's contracts. */
  async contracts(company) {
    return (await this.find("Contracts", { companyID: await this.company(company) })).map(({ id }) => id);
  }

  /** Makes a record below another one; returns its id. */
  async create(path, fields) {
    return (await this.#call("POST", path, fields)).itemId;
  }

  /** Sells units of a service to a company: by a recurring contract that begins today and lasts for a year. Returns its id. */
  async sell(company, service, units) {
    const contract = await this.create("Contracts", {
      companyID: company, contractName: "Protection", contractType: 7, status: 1, contractPeriodType: 2,
      startDate: day(0), endDate: day(360), timeReportingRequiresStartAndStopTimes: 0,
    });
    await this.adjust(contract, service, units);
    return contract;
  }

  /** Changes the units of a service on a contract from today on; puts the service on the contract when it is not yet there. */
  async adjust(contract, service, unitChange) {
    const [{ id: serviceID }] = await this.find("Services", { name: service });
    const adjustment = { contractID: contract, serviceID, unitChange, effectiveDate: day(0) };
    await this.create(`Contracts/${contract}/ServiceAdjustments`, adjustment);
  }

  /** The tickets of a company, the latest last. */
  async tickets(company) {
    return this.find("Tickets", { companyID: company });
  }

  /** Every request that was answered until now. */
  async calls() {
    return (await fetch(`${this.#url}/_simulator/calls`)).json();
  }

  /** The values of a pick list by their labels. */
  async pickList(entity, field) {
    const { fields } = await this.#call("GET", `${entity}/entityInformation/fields`);
    const { picklistValues } = fields.find(({ name }) => name === field);
    return Object.fromEntries(picklistValues.map(({ label, value }) => [label, Number(value)]));
  }
}

/** The date in so many days. */
function day(ahead) {
  return new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
}
