// Build and refresh parts of the page. Whatever comes from outside goes in as text, never as markup.

// Make an element. A property that is null or false is left out; a child that is a text becomes text.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (property.startsWith("on")) element.addEventListener(property.slice(2), value);
    else element.setAttribute(property, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

// Let `parent` hold one element for each item, in their order. What has not changed stays as it is, and so does the focus.
export function refresh(parent, items, keyOf, render) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const look = JSON.stringify(item);
    let element = known.get(key);
    known.delete(key);
    if (!element || element.look !== look) {
      const fresh = render(item);
      fresh.dataset.key = key;
      fresh.look = look;
      if (element) {
        const focused = focusOf(element);
        if (place === element) place = fresh;
        element.replaceWith(fresh);
        focusAgain(fresh, focused);
      }
      element = fresh;
    }
    if (element === place) place = place.nextElementSibling;
    else keepFocus(element, () => parent.insertBefore(element, place));
  }
  for (const gone of known.values()) gone.remove();
}

// Fill an element anew, and put the focus back to where it was by its `data-focus`.
export function fill(element, ...children) {
  const focused = focusOf(element);
  element.replaceChildren(...children.filter((child) => child !== null));
  focusAgain(element, focused);
}

function focusOf(element) {
  const active = document.activeElement;
  return element.contains(active) ? active.dataset.focus ?? "" : null;
}

function focusAgain(element, focused) {
  if (focused === null) return;
  const same = [...element.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === focused);
  (same ?? element.querySelector("a, button, select, input"))?.focus({ preventScroll: true });
}

// Moving an element takes the focus away from what it holds.
function keepFocus(element, move) {
  const active = document.activeElement;
  move();
  if (element.contains(active)) active.focus({ preventScroll: true });
}

// Let a list of choices hold these, without disturbing one that is open.
export function choices(select, options) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options === wanted) return;
  const chosen = select.value;
  select.dataset.options = wanted;
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  select.value = options.some(([value]) => value === chosen) ? chosen : options[0]?.[0] ?? "";
}

// A cell of a table that says on a phone what it is.
export const cell = (label, properties, ...children) => make("td", { "data-label": label, ...properties }, ...children);

export const badge = (kind, text) => make("span", { class: `badge ${kind}` }, text);

// A moment, given in seconds since the epoch or as text.
export function moment(value) {
  const date = new Date(typeof value === "number" ? value * 1000 : value);
  if (Number.isNaN(date.getTime())) return String(value);
  const today = date.toDateString() === new Date().toDateString();
  const shown = today ? date.toLocaleTimeString() : date.toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
  return make("time", { datetime: date.toISOString(), title: date.toISOString() }, shown);
}

export function duration(seconds) {
  if (seconds === null) return "…";
  return seconds < 1 ? `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${seconds.toFixed(2)} s`;
}

export function bytes(count) {
  if (count < 1024) return `${count} bytes`;
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

export const plural = (count, noun) => `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;

// Read JSON with each number in the digits that were sent, where the browser can.
export const exact = (text) =>
  JSON.parse(text, (_, value, context) => (typeof value === "number" && context?.source ? context.source : value));

let silence;

// Say something, to be read and to be heard, also where a dialog lies over everything else.
export function tell(text) {
  const told = document.querySelector("dialog[open] > .told") ?? document.querySelector("body > .told");
  told.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { told.textContent = ""; }, 8000);
}

// Copy a text; where the browser does not let us, select what shows it.
export async function copy(text, what, shown) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`Copied ${what}.`);
  } catch {
    const around = shown.closest("details");
    if (around) around.open = true;
    shown.focus();
    getSelection().selectAllChildren(shown);
    tell("The browser does not let this page copy: the text is selected, copy it with your keyboard.");
  }
}

// Hand a file to the browser to save.
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
