// Somebody who reads what is on a page and uses it: with a mouse, with the keyboard alone, or with scripts switched off.

import assert from "node:assert/strict";

import { assertQuiet } from "./browser.mjs";

/** Every procedure is walked in each of these ways. */
export const WAYS = ["with a mouse", "with the keyboard alone", "with scripts off"];
/** More steps with the keyboard than any page takes. */
const STEPS_MAX = 600;
const REFRESHES_MAX = 100;
const FOCUS_WITHIN_MS = 5_000;

export class Person {
  #way;
  #hasPressed = false;
  /** The window. */
  page;

  /** Opens a window on the first page. */
  static async arrive(browser, way) {
    const person = new Person();
    person.#way = way;
    person.page = await browser.window({ javaScriptEnabled: person.#hasScripts });
    await person.page.goto("/");
    return person;
  }

  /** A part of the page to look at or to work in, by its heading or label. */
  region(name) {
    return this.page.getByRole("region", { name, exact: true });
  }

  /** Controls that belong together under this heading. */
  group(name) {
    return this.page.getByRole("group", { name });
  }

  /** The row of a table whose heading begins with this name. */
  row(name) {
    return this.page.getByRole("row").filter({ has: this.page.getByRole("rowheader", { name: new RegExp(`^${name}\\b`) }) });
  }

  /** Goes to a tab. */
  async openTab(name) {
    await this.press(this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }));
    await this.sees(this.page.getByRole("heading", { level: 1, name, exact: true }));
  }

  button(name, within = this.page) {
    return within.getByRole("button", { name, exact: true });
  }

  async pressButton(name, within = this.page) {
    await this.press(this.button(name, within));
  }

  async followLink(name, within = this.page) {
    await this.press(within.getByRole("link", { name, exact: true }));
  }

  /** Presses a button, a link, or what opens and closes. */
  async press(target) {
    this.#hasPressed = true;
    if (this.#hasKeysOnly) {
      await this.#reach(target);
      await this.page.keyboard.press("Enter");
    } else {
      await target.click();
    }
  }

  /** Types into a field, in place of what is there. */
  async fill(label, text, within = this.page) {
    const field = this.#field(label, within);
    if (this.#hasKeysOnly) {
      await this.#reach(field);
      await this.page.keyboard.press("Control+A");
      await this.page.keyboard.press("Delete");
      await this.page.keyboard.type(text);
    } else {
      await field.fill(text);
    }
    assert.equal(await field.inputValue(), text);
  }

  /** Chooses from a list. */
  async choose(label, option, within = this.page) {
    const list = this.#field(label, within);
    const chosen = list.locator("option:checked");
    // Typing the name of what is chosen already would go on to the next one that begins like it.
    if (await chosen.innerText() === option) return;
    if (this.#hasKeysOnly) {
      await this.#reach(list);
      await this.page.keyboard.type(option);
    } else {
      await list.selectOption({ label: option });
    }
    assert.equal(await chosen.innerText(), option);
  }

  /** Chooses one of many by typing its beginning; without scripts its name is typed in full. */
  async find(label, name, within = this.page) {
    if (!this.#hasScripts) return this.fill(label, name, within);
    const field = this.#field(label, within);
    const option = within.getByRole("option", { name, exact: true });
    const beginning = name.slice(0, -1);
    if (this.#hasKeysOnly) {
      await this.#reach(field);
      await this.page.keyboard.press("Control+A");
      await this.page.keyboard.type(beginning);
      await option.waitFor();
      while (await option.getAttribute("aria-selected") !== "true") await this.page.keyboard.press("ArrowDown");
      await this.page.keyboard.press("Enter");
    } else {
      await field.fill(beginning);
      await option.click();
    }
    assert.equal(await field.inputValue(), name);
  }

  /** Picks one of several, of which one can be picked. */
  async pick(label, within = this.page) {
    const button = this.#field(label, within);
    if (this.#hasKeysOnly) {
      await this.#reach(button);
      await this.page.keyboard.press("Space");
    } else {
      await button.click();
    }
    assert.ok(await button.isChecked());
  }

  /** Ticks a box, or takes the tick away. */
  async tick(label, isTicked = true, within = this.page) {
    const box = this.#field(label, within);
    if (await box.isChecked() === isTicked) return;
    if (this.#hasKeysOnly) {
      await this.#reach(box);
      await this.page.keyboard.press("Space");
    } else {
      await box.click();
    }
    assert.equal(await box.isChecked(), isTicked);
  }

  /**
   * Waits for something to be there. Where scripts have brought it without a full load, the person has not lost his place: something
   * has the focus.
   */
  async sees(what) {
    const target = typeof what === "string" ? this.page.getByText(what).first() : what.first();
    await target.waitFor({ state: "visible" });
    if (this.#hasPressed && this.#hasScripts) {
      const hasFocus = () => document.activeElement !== null && document.activeElement !== document.body;
      await this.page.waitForFunction(hasFocus, undefined, { timeout: FOCUS_WITHIN_MS }).catch(() => assert.fail("the focus is lost"));
    }
    this.#hasPressed = false;
  }

  /** Waits to be told what a form came to, in words that have this in them. */
  async isTold(words) {
    await this.sees(this.page.getByRole("status").filter({ hasText: words }));
  }

  /** Waits for work that goes on behind the page. With scripts it follows by itself, without them the person refreshes it. */
  async awaits(target) {
    for (let tries = 0; !this.#hasScripts && await target.count() === 0; tries++) {
      assert.ok(tries < REFRESHES_MAX, `the page never shows ${target}`);
      await this.followLink("Refresh");
    }
    await this.sees(target);
  }

  /** Ends the visit: until now, the browser had nothing to complain about. */
  async leave() {
    assertQuiet(this.page);
    await this.page.context().close();
  }

  /** The control whose label begins with these words, as a hint may follow them. A list of options has the label of its control. */
  #field(label, within) {
    const beginning = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?=\\s|\\p{Lu}|$)`, "u");
    return within.getByLabel(beginning).and(this.page.locator("input, select, textarea")).first();
  }

  get #hasScripts() {
    return this.#way !== "with scripts off";
  }

  get #hasKeysOnly() {
    return this.#way === "with the keyboard alone";
  }

  /** Goes to a control by the tab key, as many times as it takes. Within a group of radio buttons the arrows go on. */
  async #reach(target) {
    await target.waitFor({ state: "visible" });
    for (let steps = 0; steps <= STEPS_MAX; steps++) {
      const place = await target.evaluate((element) => {
        const at = document.activeElement;
        const isInGroup = at.type === "radio" && element.type === "radio" && at.name === element.name && at.form === element.form;
        return at === element ? "there" : isInGroup ? "in its group" : "elsewhere";
      });
      if (place === "there") return;
      await this.page.keyboard.press(place === "in its group" ? "ArrowDown" : "Tab");
    }
    assert.fail(`the tab key never reaches ${target}`);
  }
}
