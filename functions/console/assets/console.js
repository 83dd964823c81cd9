// What HTML and htmx do not do by themselves: where focus goes after a page change, and choosing one of thousands while typing.
// Everything works without this file; it only saves steps.
"use strict";

// A page that replaces another begins at its heading, as it would after a full load. A form that was sent stays where it was,
// unless the answer has something to say about it.
let path = location.pathname;
function focusOnWrong() {
  const wrong = document.querySelector("[data-focus]");
  wrong?.removeAttribute("data-focus");
  wrong?.focus();
  return Boolean(wrong);
}
let hadFocus = false;
document.addEventListener("htmx:before:swap", () => { hadFocus = document.activeElement !== document.body; });
document.addEventListener("htmx:after:settle", () => {
  const isElsewhere = location.pathname !== path;
  // What had focus may be gone with what it stood for, such as an entry that was undone.
  const isLost = hadFocus && document.activeElement === document.body;
  if (!focusOnWrong() && (isElsewhere || isLost)) {
    document.querySelector("h1")?.focus({ preventScroll: true });
    if (isElsewhere) window.scrollTo(0, 0);
  }
  path = location.pathname;
  // What a form came to is told at the top, and who sent it from further down stays there.
  const notice = document.querySelector("#notice:not([data-told])");
  notice?.setAttribute("data-told", "");
  notice?.scrollIntoView({ block: "nearest" });
});
focusOnWrong();

// An input whose options are asked for while typing: <combo-box data-options="/path"><input …></combo-box>. The path answers
// ?search=text with the options as a JSON list of texts. The text in the input is what the form sends, so without this script
// it is typed in full.
class ComboBox extends HTMLElement {
  static #next = 0;
  #input;
  #list;
  #asked = 0;
  #timer;

  connectedCallback() {
    this.#input = this.querySelector("input");
    if (!this.#input || this.querySelector("[role=listbox]")) return;
    this.#list = document.createElement("ul");
    this.#list.id = `options-${ComboBox.#next++}`;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", this.#input.labels?.[0]?.textContent.trim() ?? "Options");
    this.#list.hidden = true;
    this.#prepare();
    // A partial update takes away what the server does not know of.
    this.#input.addEventListener("focus", () => this.#prepare());
    this.#input.addEventListener("input", () => this.#ask(150));
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => this.#close());
    // Before the input loses focus, which would close the list.
    this.#list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#take(option);
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#list?.remove();
  }

  #prepare() {
    if (!this.#list.isConnected) this.append(this.#list);
    const attributes = {
      role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#list.id,
    };
    for (const [name, value] of Object.entries(attributes)) this.#input.setAttribute(name, value);
  }

  #ask(delay_ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const turn = ++this.#asked;
      const url = new URL(this.dataset.options, location.origin);
      url.searchParams.set("search", this.#input.value);
      const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => undefined);
      const options = answer?.ok ? await answer.json() : [];
      // A later question has overtaken this one, or the person has moved on.
      if (turn === this.#asked && document.activeElement === this.#input) this.#show(options);
    }, delay_ms);
  }

  #show(options) {
    this.#list.replaceChildren(...options.map((text, index) => {
      const option = document.createElement("li");
      option.id = `${this.#list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = text;
      return option;
    }));
    this.#open(options.length > 0);
  }

  #key(event) {
    const options = [...this.#list.children];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.#list.hidden) return this.#ask(0);
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#point(options[(at + step + options.length) % options.length]);
    } else if (event.key === "Enter" && !this.#list.hidden && at >= 0) {
      event.preventDefault();
      this.#take(options[at]);
    } else if (event.key === "Escape" && !this.#list.hidden) {
      event.preventDefault();
      this.#close();
    }
  }

  #point(option) {
    for (const other of this.#list.children) other.setAttribute("aria-selected", String(other === option));
    this.#input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #take(option) {
    this.#input.value = option.textContent;
    this.#close();
    this.#input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #open(is_open) {
    this.#list.hidden = !is_open;
    this.#input.setAttribute("aria-expanded", String(is_open));
    this.#input.removeAttribute("aria-activedescendant");
  }

  #close() {
    this.#asked++;
    clearTimeout(this.#timer);
    this.#open(false);
  }
}
customElements.define("combo-box", ComboBox);

// One box that ticks all others of its table: <input type="checkbox" data-ticks="name">.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.ticks;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)) {
    if (!box.disabled) box.checked = event.target.checked;
  }
});

// A file that is read into a text field, which is what its form sends: <input type="file" data-reads-into="id">.
document.addEventListener("change", async (event) => {
  const field = document.getElementById(event.target.dataset?.readsInto ?? "");
  const [file] = event.target.files ?? [];
  if (field && file) field.value = await file.text();
});

// A morph leaves what was typed where the answer has nothing in its place: a secret must not stay on the page.
document.addEventListener("htmx:after:settle", () => {
  for (const secret of document.querySelectorAll("input[type=password]")) secret.value = "";
});
