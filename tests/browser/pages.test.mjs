// What holds for every page: accessible, usable with the keyboard alone and without scripts, readable at every size.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { violations } from "./harness/axe.mjs";
import { Browser, assertQuiet, picture } from "./harness/browser.mjs";
import { controls, fetchedByScripts, focused, overflow, stops } from "./harness/layout.mjs";
import { Local } from "./harness/local.mjs";
import { FILES, PAGES } from "./pages.mjs";

/** A desk, the same at a zoom of 200 %, and a telephone. */
const WIDTHS = [1280, 640, 380];
const HEIGHT = 900;

let local;
let browser;

before(async () => {
  local = await Local.start();
  browser = await Browser.open(local);
});

after(async () => {
  await browser?.close();
  await local?.stop();
});

/** Runs `look` on a page in a window of its own, which must have had nothing to complain about. */
async function at(listed, options, look) {
  const page = await browser.window(options);
  try {
    const answer = await page.goto(await pathOf(listed));
    assert.equal(answer.status(), 200);
    await page.getByRole("heading", { level: 1, name: listed.heading, exact: true }).waitFor();
    await look(page);
    assertQuiet(page);
  } finally {
    await page.context().close();
  }
}

/** Where a page is; one that has to be made first is made once. */
async function pathOf(listed) {
  if (typeof listed.path === "function") listed.path = await listed.path(local);
  return listed.path;
}

function isListed(path) {
  return FILES.includes(path) || PAGES.some((listed) => listed.path === path || listed.like?.test(path));
}

describe("the navigation", () => {
  it("has each tab of the manual", async () => {
    await at(PAGES[0], {}, async (page) => {
      const tabs = await page.getByRole("navigation", { name: "Main" }).getByRole("link").allInnerTexts();
      for (const tab of ["Log in", "Billing and provisioning", "Customer mapping", "Ticket synchronization"]) {
        assert.ok(tabs.includes(tab), `there is no tab ${tab}`);
      }
    });
  });
});

describe("a stranger", () => {
  it("is shown none of the pages", async () => {
    for (const listed of PAGES) {
      const answer = await fetch(local.url + await pathOf(listed), { headers: { Accept: "text/html" } });
      assert.ok(!(await answer.text()).includes(`${listed.heading}</h1>`), `${listed.name} is shown`);
    }
  });
});

for (const listed of PAGES) {
  describe(`the page ${listed.name}`, () => {
    for (const colorScheme of ["light", "dark"]) {
      it(`is accessible and readable at every size, ${colorScheme}`, async () => {
        await at(listed, { colorScheme, viewport: { width: WIDTHS[0], height: HEIGHT } }, async (page) => {
          const found = [];
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: HEIGHT });
            await picture(page, `${listed.name}-${colorScheme}-${width}`);
            const problems = [...await violations(page), ...await overflow(page)];
            found.push(...problems.map((problem) => `${width} pixels wide: ${problem}`));
          }
          assert.deepEqual(found, []);
        });
      });
    }

    it("can be used with the keyboard alone, and leads to listed pages only", async () => {
      await at(listed, {}, async (page) => {
        const links = await page.locator("a[href^='/']").evaluateAll((found) => found.map(({ href }) => new URL(href).pathname));
        assert.deepEqual([...new Set(links)].filter((path) => !isListed(path)), []);
        assert.deepEqual(await unreached(page), []);
      });
    });

    it("offers everything with scripts off, here or where a link leads", async () => {
      let wanted;
      await at(listed, {}, async (page) => {
        await page.waitForLoadState("networkidle");
        wanted = await controls(page);
      });
      await at(listed, { javaScriptEnabled: false }, async (page) => {
        // Whatever can be pressed is sent by the browser itself.
        assert.deepEqual(await page.locator("button:not(form button):not([form])").all(), []);
        const offered = new Set(await controls(page));
        for (const path of await fetchedByScripts(page)) {
          await page.locator(`a[href="${path}"]`).first().click();
          await page.waitForURL(path);
          (await controls(page)).forEach((control) => offered.add(control));
          await page.goBack();
        }
        assert.deepEqual(wanted.filter((control) => !offered.has(control)), []);
      });
    });
  });
}

/** What the tab key never comes to. Wherever it does come to, one can see that. */
async function unreached(page) {
  const count = await stops(page);
  const missing = new Set(Array(count).keys());
  // A date takes several steps, one for each of its parts.
  for (let step = 0; step < 6 * count && missing.size > 0; step++) {
    await page.keyboard.press("Tab");
    const focus = await focused(page);
    if (!focus) continue;
    assert.ok(focus.isVisible, `one cannot see that ${focus.what} has the focus`);
    missing.delete(focus.place);
  }
  return Promise.all([...missing].map((stop) => page.locator(`[data-stop="${stop}"]`).evaluate(({ outerHTML }) => outerHTML)));
}
