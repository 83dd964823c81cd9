// What can be measured of a page's looks.

/** Elements that make the page wider than its window: the page itself must not scroll sideways, a table in it may. */
export async function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const isWide = (element) => element.getBoundingClientRect().right > clientWidth + 1;
    const wide = [...document.body.querySelectorAll("*")].filter(isWide);
    const innermost = wide.filter((element) => ![...element.children].some(isWide));
    const name = ({ tagName, id, className }) => `${tagName.toLowerCase()}#${id}.${className}`;
    return [`${scrollWidth} of ${clientWidth} pixels`, ...innermost.slice(0, 5).map(name)];
  });
}

/** Everything on the page that the tab key must reach; a group of radio buttons is one stop. */
export async function stops(page) {
  return page.evaluate(() => {
    const selector = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const groups = new Set();
    const isStop = (element) => {
      if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) return false;
      if (element.type !== "radio") return true;
      const group = `${element.form?.id} ${element.name}`;
      return !groups.has(group) && groups.add(group);
    };
    const found = [...document.querySelectorAll(selector)].filter(isStop);
    found.forEach((element, place) => { element.dataset.stop = place; });
    return found.length;
  });
}

/** The element that has the focus: its place among the stops, what it is, and whether one can see that it has the focus. */
export async function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const group = element.type === "radio" && document.querySelector(`[name="${CSS.escape(element.name)}"][data-stop]`);
    return {
      place: Number((group || element).dataset.stop),
      what: `${element.tagName.toLowerCase()} “${(element.ariaLabel ?? element.labels?.[0]?.innerText ?? element.innerText ?? "").trim()}”`,
      isVisible: (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none",
    };
  });
}

/** Headings and everything that can be used, in the order of the page. */
export async function controls(page) {
  return page.getByRole("main").locator("h1, h2, h3, a, button, input:not([type=hidden]), select, textarea, summary").evaluateAll((found) => (
    found.map((element) => `${element.tagName.toLowerCase()} ${element.name ?? ""} ${element.innerText}`.trim())
  ));
}

/** What scripts bring into the page by themselves. */
export async function fetchedByScripts(page) {
  return page.locator("[hx-get]").evaluateAll((found) => found.map((element) => element.getAttribute("hx-get")));
}
