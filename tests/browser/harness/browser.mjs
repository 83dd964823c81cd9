// The system's Chromium, signed in as a person is.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const SCREENSHOTS = new URL("../screenshots/", import.meta.url).pathname;
/** A debug build beside other work is slow, and nothing here measures time. */
const PATIENCE_MS = 20_000;

/** The end of what the browser says of a form that was refused, which is an answer like any other. */
const REFUSED = "the server responded with a status of 422 (Unprocessable Entity)";

/** A browser in which somebody has signed in with the one-time link. */
export class Browser {
  #chromium;
  #session;
  #console;

  static async open(local) {
    const browser = new Browser();
    browser.#console = local.url;
    browser.#chromium = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    const context = await browser.#chromium.newContext();
    const page = await context.newPage();
    await page.goto(local.signInLink);
    // The link works once; everybody else in this browser goes on with its session.
    browser.#session = await context.storageState();
    await context.close();
    return browser;
  }

  /** A new window; `options` as for a browser context, such as `viewport`, `colorScheme`, `javaScriptEnabled`. */
  async window(options = {}) {
    const common = { baseURL: this.#console, storageState: this.#session, reducedMotion: "reduce" };
    const context = await this.#chromium.newContext({ ...common, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.complaints = await watch(page);
    return page;
  }

  async close() {
    await this.#chromium.close();
  }
}

/** Whatever the browser complains about, from now on: scripts that fail, console errors, violations of the content security policy. */
async function watch(page) {
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().endsWith(REFUSED)) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      console.error(`policy: ${violatedDirective} blocked ${blockedURI}`);
    });
  });
  return complaints;
}

/** Takes a picture of the whole page, into a folder that git ignores. Returns where it is. */
export async function picture(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const path = join(SCREENSHOTS, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
}

/** That the browser had nothing to complain about. */
export function assertQuiet(page) {
  assert.deepEqual(page.complaints, []);
}
