// The product as a person starts it: one process with both simulators and the demonstration's data.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { Acronis } from "./acronis.mjs";
import { Autotask } from "./autotask.mjs";

const BINARY = process.env.LOCAL_BINARY ?? new URL("../../../target/debug/local", import.meta.url).pathname;
/** How long the demonstration may take: the promise is a minute, and a debug build beside other work is slow. */
const READY_WITHIN_MS = 180_000;
const STOPPED_WITHIN_MS = 20_000;

/** A running product. */
export class Local {
  #process;
  #data;
  #errors = "";
  #token = randomBytes(16).toString("hex");
  /** Where the console is. */
  url;
  /** The one-time link with which a person signs in. */
  signInLink;
  /** The vendors' APIs. */
  acronis;
  autotask;

  /** Starts it; `options` are further arguments of the program. */
  static async start(...options) {
    const local = new Local();
    local.#data = await mkdtemp(join(tmpdir(), "console-"));
    const ports = ["--port", "0", "--acronis-port", "0", "--autotask-port", "0"];
    const environment = { ...process.env, LOCAL_CONSOLE_TOKEN: local.#token };
    local.#process = spawn(BINARY, [...ports, "--data", local.#data, ...options], { env: environment });
    // Also when a test run is broken off.
    process.once("exit", () => local.#process.kill("SIGKILL"));
    local.#process.stderr.on("data", (text) => { local.#errors += text; });
    await local.#readUntilReady();
    return local;
  }

  async #readUntilReady() {
    const addresses = {};
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), READY_WITHIN_MS);
    const failed = once(this.#process, "error").then(([error]) => { throw error; });
    const read = async () => {
      for await (const line of createInterface({ input: this.#process.stdout })) {
        const [, name, url] = /^(console|acronis|autotask): (\S+)$/.exec(line) ?? [];
        if (name) addresses[name] = url;
        this.signInLink ??= /\S+\/sign-in\?key=\S+/.exec(line)?.[0];
        if (line === "ready") return;
      }
      throw new Error(`${BINARY} ended before it was ready:\n${this.#errors}`);
    };
    await Promise.race([read(), failed]);
    clearTimeout(timer);
    this.#process.stdout.resume();
    this.url = addresses.console;
    this.acronis = new Acronis(addresses.acronis);
    this.autotask = new Autotask(addresses.autotask);
  }

  /** Asks the JSON API, as a program that has the token. */
  async api(method, path, body) {
    const headers = { Authorization: `Bearer ${this.#token}`, "Content-Type": "application/json" };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text && JSON.parse(text);
  }

  /** Looks for what changed outside, as the schedule does every few minutes. */
  async poll() {
    for (const what of ["account-poll", "alert-poll"]) await this.api("POST", `/local/run/${what}`);
    await this.settle();
  }

  /** Waits until nothing is queued or under way. */
  async settle() {
    await this.api("POST", "/local/settle");
  }

  /** Lets time pass for everybody, and does what is due then. */
  async pass(seconds) {
    await this.acronis.pass(seconds);
    await this.api("POST", "/local/clock", { advance_s: seconds });
    await this.poll();
  }

  /** What it has logged: warnings and errors. */
  get logged() {
    return this.#errors;
  }

  async stop() {
    const ended = once(this.#process, "exit");
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGTERM");
      const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOPPED_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.#data, { recursive: true, force: true });
  }
}
