// The accessibility checker, with the rules of WCAG 2.2 at levels A and AA and the checker's own best practices.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const SOURCE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What the checker objects to on the page as it is now: one line for each element. */
export async function violations(page) {
  await page.evaluate(SOURCE);
  const found = await page.evaluate(async (tags) => {
    const { violations } = await window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ target, any, all }) => ({
      target: target.join(" "), why: [...any, ...all].map(({ message }) => message).join("; "),
    })) }));
  }, TAGS);
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target, why }) => `${id} (${help}) at ${target}: ${why}`));
}
