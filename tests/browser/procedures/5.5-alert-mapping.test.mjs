import assert from "node:assert/strict";

import { procedure } from "../harness/procedure.mjs";

const DAY_S = 24 * 60 * 60;

/** Nothing is set up, and no alert is left from before. */
async function prepare(local) {
  const { version, settings } = await local.api("GET", "/api/v1/settings");
  await local.api("PUT", "/api/v1/settings", { version, settings: { ...settings, tickets: { backlog_age_hours: 0 } } });
}

procedure("5.5 Configuring the alert mapping", { prepare }, async (person, local) => {
  const [statuses, priorities, queues, sources, noteTypes, publish] = await Promise.all([
    ["Tickets", "status"], ["Tickets", "priority"], ["Tickets", "queueID"], ["Tickets", "source"],
    ["TicketNotes", "noteType"], ["TicketNotes", "publish"],
  ].map(([entity, field]) => local.autotask.pickList(entity, field)));

  await person.openTab("Ticket synchronization");
  await person.tick("Enable");
  await person.choose("Source", "Monitoring Alert");
  await person.choose("Note Type", "Task Notes");
  await person.choose("Note Publish", "Internal");
  await person.tick("Tick all types that are shown", false);
  await person.tick("Backup failed");
  const bulk = person.group("Set for the ticked types");
  await person.choose("Ticket", "create tickets", bulk);
  await person.choose("Status of a new ticket", "New", bulk);
  await person.choose("Status of a reopened ticket", "In Progress", bulk);
  await person.choose("Priority", "High", bulk);
  await person.choose("Queue", "Level I Support", bulk);
  await person.tick("Create new ticket for an alert if the initial ticket is closed for the following number of days");
  await person.fill("Number of days", "2");
  await person.tick("Enable auto-closing of tickets with status");
  await person.choose("Status of a closed ticket", "Complete");
  await person.pressButton("Apply");
  await person.isTold("Applied");

  const { id: tenant } = await local.acronis.customer("Hazel Travel");
  const company = await local.autotask.company("Hazel Travel");
  const tickets = () => local.autotask.tickets(company);

  // A mapped alert becomes a ticket with these parameters; one of another type none.
  const first = await local.acronis.raise("BackupFailed", tenant, "SRV-1");
  await local.acronis.raise("MachineOffline30", tenant, "SRV-2");
  await local.poll();
  const [ticket, ...others] = await tickets();
  assert.deepEqual(others, []);
  assert.equal(ticket.status, statuses.New);
  assert.equal(ticket.priority, priorities.High);
  assert.equal(ticket.queueID, queues["Level I Support"]);
  assert.equal(ticket.source, sources["Monitoring Alert"]);

  // When its cause is gone, the ticket closes by itself.
  await local.acronis.clear(first);
  await local.poll();
  assert.equal((await tickets())[0].status, statuses.Complete);

  // Within two days it is reopened, with a note of the chosen sort; later there is a new one.
  const second = await local.acronis.raise("BackupFailed", tenant, "SRV-1");
  await local.poll();
  assert.deepEqual((await tickets()).map(({ status }) => status), [statuses["In Progress"]]);
  const notes = await local.autotask.find("TicketNotes", { ticketID: ticket.id });
  assert.ok(notes.length > 0, "the reopened ticket has no note");
  for (const note of notes) assert.deepEqual([note.noteType, note.publish], [noteTypes["Task Notes"], publish.Internal]);
  await local.acronis.clear(second);
  await local.poll();
  await local.pass(2 * DAY_S);
  await local.acronis.raise("BackupFailed", tenant, "SRV-1");
  await local.poll();
  assert.deepEqual((await tickets()).map(({ status }) => status), [statuses.Complete, statuses.New]);
});
