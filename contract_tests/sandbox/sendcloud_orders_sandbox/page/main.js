// Show one page at a time, and keep it up to date.
import { copy, fill, tell } from "./dom.js";
import * as faults from "./faults.js";
import * as labels from "./labels.js";
import * as orders from "./orders.js";
import * as policies from "./policies.js";
import * as requests from "./requests.js";
import { Refused, ask, takeToken, useKeys } from "./server.js";

const PAGES = ["orders", "requests", "policies", "faults", "labels", "connect"];
const DETAILS = { orders, requests };
const PAUSE = 250;
const state = document.getElementById("state");
const dialog = document.getElementById("detail");
let overview = null;
let restUntil = 0;
let looking = null;
let again = false;
let shown = "";

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

function place() {
  const [page, id] = location.hash.slice(1).split("/");
  return PAGES.includes(page) ? { page, id } : { page: "orders", id: undefined };
}

// Ask for what is to be seen, at most once at a time and not too often.
function look() {
  if (looking) again = true;
  looking ??= (async () => {
    do {
      again = false;
      await wait(Math.max(0, restUntil - performance.now()));
      const started = performance.now();
      await guarded(lookOnce);
      // The sandbox has to serve others too: a look that takes long is followed by a longer rest.
      restUntil = performance.now() + Math.max(PAUSE, 4 * (performance.now() - started));
    } while (again);
    looking = null;
  })();
  return looking;
}

async function lookOnce() {
  if (!overview) return;
  const { page } = place();
  const counts = {};
  if (page === "orders") {
    const { total, saving } = await orders.show();
    counts.orders = total;
    if (saving) setTimeout(look, 1000);
  }
  if (page === "requests") await requests.show(overview);
  if (page === "policies") await policies.show();
  if (page === "faults") counts.faults = await faults.show();
  if (page === "labels") counts.labels = await labels.show();
  counts.requests = overview.requests;
  counts.policies = overview.changed_policies;
  counts.faults ??= overview.faults;
  counts.orders ??= overview.orders;
  counts.labels ??= overview.labels;
  for (const element of document.querySelectorAll("[data-count]")) {
    const count = counts[element.dataset.count];
    const text = count ? count.toLocaleString() : "";
    if (element.textContent !== text) element.textContent = text;
  }
  const exports = Object.entries(overview.environment).map(([name, value]) => `export ${name}=${value}`).join("\n");
  const lines = document.getElementById("exports");
  if (lines.textContent !== exports) lines.textContent = exports;
  await showDetail();
}

// A dialog over the list, for the address that names one order or request.
async function showDetail() {
  const { page, id } = place();
  if (!id || !DETAILS[page]) {
    if (dialog.open) dialog.close();
    return;
  }
  let found;
  try {
    found = await DETAILS[page].detail(id);
  } catch (error) {
    if (!(error instanceof Refused) || error.status === 401) throw error;
    found = { title: "There is nothing to see", parts: [error.message] };
  }
  const name = `${page}/${id}`;
  const content = dialog.querySelector(".content");
  const draft = document.createElement("div");
  draft.append(...found.parts);
  // What is open, scrolled to or selected stays, as long as nothing has changed.
  if (shown !== name || content.dataset.look !== draft.textContent) {
    content.dataset.look = draft.textContent;
    fill(content, ...draft.childNodes);
    dialog.querySelector("h2").textContent = found.title;
  }
  if (!dialog.open) dialog.showModal();
  if (shown !== name) {
    shown = name;
    dialog.scrollTop = 0;
    dialog.querySelector("h2").focus();
  }
}

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) askForKeys();
    else if (error instanceof Refused) tell(error.message);
    else setState("failed", "not reachable");
  }
}

function setState(kind, text) {
  if (state.textContent === text) return;
  state.className = `badge ${kind}`;
  state.textContent = text;
}

function turn() {
  const { page, id } = place();
  for (const name of PAGES) document.getElementById(`${name}-page`).hidden = name !== page || !overview;
  for (const link of document.querySelectorAll("[data-page]")) {
    if (link.dataset.page === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${document.querySelector(`#${page}-page h2`).textContent} · Sandbox of Sendcloud's orders`;
  if (!id) shown = "";
}

function askForKeys() {
  const section = document.getElementById("sign-in");
  overview = null;
  turn();
  if (dialog.open) dialog.close();
  setState("skipped", "closed");
  if (!section.hidden) return;
  section.hidden = false;
  section.querySelector("h2").focus();
}

// Follow the changes of the sandbox, as long as one may.
async function follow() {
  for (;;) {
    try {
      overview = await ask("window/changes", { revision: overview?.revision ?? 0, wait: overview ? 20 : 0 });
      document.getElementById("sign-in").hidden = true;
      setState("passed", "live");
      turn();
      look();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        askForKeys();
        return;
      }
      setState("failed", error instanceof Refused ? error.message : "not reachable");
      await wait(1000);
    }
    await wait(100);
  }
}

function start() {
  takeToken();
  for (const part of [orders, requests, policies, faults]) part.start(look);
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  dialog.addEventListener("close", () => {
    const { page, id } = place();
    const closed = shown;
    shown = "";
    // The address may name something else already.
    if (closed !== `${page}/${id}`) return;
    history.pushState(null, "", `#${page}`);
    // Back to the row that opened it, which may have been drawn anew, or be on another page by now.
    const row = document.querySelector(`#${page}-page [data-key="${CSS.escape(id)}"] a`);
    (row ?? document.querySelector(`#${page}-page h2`)).focus({ preventScroll: true });
  });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("content").focus();
  });
  document.getElementById("copy-exports").addEventListener("click", () => {
    const lines = document.getElementById("exports");
    copy(`${lines.textContent}\n`, "the lines", lines);
  });
  document.getElementById("keys").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { public_key: publicKey, secret_key: secretKey } = Object.fromEntries(new FormData(event.target));
    const wrong = event.target.querySelector(".wrong");
    useKeys(publicKey, secretKey);
    try {
      await ask("window/changes", { revision: 0, wait: 0 });
      wrong.textContent = "";
      event.target.reset();
      follow();
    } catch (error) {
      wrong.textContent = error instanceof Refused && error.status === 401 ? "These are not the sandbox's keys." : error.message;
    }
  });
  addEventListener("hashchange", () => {
    turn();
    look();
    const { page, id } = place();
    if (id) return;
    scrollTo(0, 0);
    document.querySelector(`#${page}-page h2`).focus({ preventScroll: true });
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    guarded(() => { throw event.reason; });
  });
  turn();
  follow();
}

start();
