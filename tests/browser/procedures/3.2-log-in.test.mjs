import assert from "node:assert/strict";

import { CLIENT } from "../harness/acronis.mjs";
import { CREDENTIALS } from "../harness/autotask.mjs";
import { procedure } from "../harness/procedure.mjs";

procedure("3.2 Setting up integration with Autotask", { options: ["--no-demo"] }, async (person, local) => {
  await person.openTab("Log in");

  // A wrong password is refused, in words, and nothing is kept.
  const autotask = person.region("Autotask");
  await person.fill("User name", CREDENTIALS.user, autotask);
  await person.fill("Password (secret)", "not the password", autotask);
  await person.fill("Integration code", CREDENTIALS.code, autotask);
  await person.pressButton("Save", autotask);
  await person.sees(autotask.getByRole("alert"));
  assert.ok((await local.autotask.calls()).some(({ status }) => status === 401), "the password was not tried");
  assert.equal((await local.api("GET", "/api/v1/autotask")).user_name, null);

  await person.fill("Password (secret)", CREDENTIALS.secret, autotask);
  await person.fill("Integration code", CREDENTIALS.code, autotask);
  await person.pressButton("Save", autotask);
  await person.isTold("It is saved");
  assert.equal(await autotask.getByLabel("Password (secret)").inputValue(), "", "a secret comes back to the browser");

  await person.followLink("Add a connection");
  await person.fill("Name", "Demo MSP");
  await person.fill("Data-centre URL", local.acronis.url);
  await person.fill("Client id", CLIENT.id);
  await person.fill("Client secret", CLIENT.secret);
  await person.pressButton("Save");
  await person.sees(person.page.getByRole("article", { name: "Demo MSP" }));

  // Both systems are worked with from now on, and neither refuses anything.
  for (const system of [local.acronis, local.autotask]) {
    const before = (await system.calls()).length;
    await local.poll();
    const calls = (await system.calls()).slice(before);
    assert.ok(calls.length > 0, "a system is not asked");
    assert.deepEqual(calls.filter(({ status }) => status >= 400), []);
  }
});
