// A procedure of the vendor's manual, walked by somebody who knows nothing else.

import { describe, it } from "node:test";

import { Browser, picture } from "./browser.mjs";
import { Local } from "./local.mjs";
import { Person, WAYS } from "./person.mjs";

/**
 * Walks a procedure in each way, each time in a world of its own: `walk` gets the person and the product. `options` start the product
 * differently, `prepare` changes its world before anybody comes.
 */
export function procedure(title, { options = [], prepare = async () => {} }, walk) {
  describe(title, () => {
    for (const way of WAYS) {
      it(way, async () => {
        const local = await Local.start(...options);
        try {
          await prepare(local);
          await visit(local, title, way, walk);
        } finally {
          await local.stop();
        }
      });
    }
  });
}

async function visit(local, title, way, walk) {
  const browser = await Browser.open(local);
  try {
    const person = await Person.arrive(browser, way);
    try {
      await walk(person, local);
      await person.leave();
    } catch (error) {
      const shown = await picture(person.page, `failed, ${title} ${way}`);
      throw Object.assign(error, { message: `${error.message}\nThe page then: ${person.page.url()}, ${shown}` });
    }
  } finally {
    await browser.close();
  }
}
