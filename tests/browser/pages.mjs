// Every page of the console. A link that leads to a page which is not listed here fails the tests.

import { ROOT } from "./harness/acronis.mjs";

/** *Cedar Logistics*, which has contracts, a tenant and tickets. */
const MAPPED = 176;
const TENANT = "c0000000-0000-4000-8000-000000000003";
/** *Kale Foods*, which has no tenant. */
const UNMAPPED = 184;

/**
 * Name of the pictures, path and first heading of each page. `path` may be made in the demonstration's world first. `like` tells the paths
 * of other pages of the same kind, where they differ.
 */
export const PAGES = [
  { name: "overview", path: "/", heading: "Overview" },
  { name: "review", path: "/review", heading: "Review" },
  { name: "review-given-up", path: "/review/dead-letters", heading: "Messages that were given up" },
  { name: "log-in", path: "/log-in", heading: "Log in" },
  { name: "log-in-connection", path: `/log-in/connections/${ROOT}`, heading: "Connection “Demo MSP”", like: /^\/log-in\/connections\/[0-9a-f-]{36}$/ },
  { name: "log-in-new-connection", path: "/log-in/connections/new", heading: "New connection" },
  { name: "log-in-notice", path: "/log-in/notice", heading: "Daily ticket" },
  { name: "log-in-rights", path: "/log-in/systems/autotask/rights", heading: "Rights in Autotask", like: /^\/log-in\/systems\/[^/]+\/rights$/ },
  { name: "billing", path: "/billing", heading: "Billing and provisioning" },
  { name: "billing-previews", path: "/billing/previews", heading: "Previews" },
  { name: "billing-preview", path: preview, heading: "Preview", like: /^\/billing\/previews\/[0-9a-f-]{36}$/ },
  { name: "mapping", path: "/mapping", heading: "Customer mapping" },
  { name: "mapping-chosen", path: `/mapping?account=${UNMAPPED}`, heading: "Customer mapping" },
  { name: "mapping-existing", path: `/mapping/${UNMAPPED}/existing`, heading: "Map to existing customer tenant", like: /^\/mapping\/\d+\/existing$/ },
  { name: "mapping-new", path: `/mapping/${UNMAPPED}/new`, heading: "Map to new customer tenant", like: /^\/mapping\/\d+\/new$/ },
  { name: "mapping-suggestions", path: "/mapping/suggestions", heading: "Suggested customer tenants" },
  { name: "mapping-import", path: "/mapping/import", heading: "Import the mapping" },
  { name: "mapping-imported", path: imported, heading: "Import of the mapping", like: /^\/mapping\/imports\/[^/]+$/ },
  { name: "account", path: `/accounts/${MAPPED}`, heading: "Cedar Logistics", like: /^\/accounts\/\d+$/ },
  { name: "account-quotas", path: `/accounts/${MAPPED}/quotas`, heading: "Contracts, quotas and usage", like: /^\/accounts\/\d+\/quotas$/ },
  { name: "account-switches", path: `/accounts/${MAPPED}/switches`, heading: "Switches of Cedar Logistics", like: /^\/accounts\/\d+\/switches$/ },
  { name: "tickets", path: "/tickets", heading: "Ticket synchronization" },
  { name: "tickets-other-types", path: "/tickets/other-types", heading: "All other types" },
  { name: "tickets-type", path: "/tickets/types/BackupFailed", heading: "Backup failed", like: /^\/tickets\/types\/[^/]+$/ },
  { name: "report", path: "/report", heading: "Report" },
  { name: "activity", path: "/activity", heading: "Activity" },
  { name: "activity-export", path: "/activity/export", heading: "Export of the activity" },
  { name: "sessions", path: "/sessions", heading: "Sessions" },
];

/** Links to something that is no page: files. */
export const FILES = ["/api/v1/mapping/export", "/api/v1/activity", "/api/v1/report"];

/** A preview of everything as it is, worked out. */
async function preview(local) {
  const { id } = await local.api("POST", "/api/v1/previews", { draft: {} });
  await local.settle();
  return `/billing/previews/${id}`;
}

/** The mapping as it is, imported once more. */
async function imported(local) {
  const csv = `account,tenant\n${MAPPED},${TENANT}\n`;
  const { digest } = await local.api("POST", "/api/v1/mapping/import", { csv });
  const { import: { id } } = await local.api("POST", "/api/v1/mapping/import", { csv, digest, apply: true });
  return `/mapping/imports/${id}`;
}
