// The last requests, live, and one of them with everything that was said.
import { badge, bytes, cell, copy, duration, make, moment, plural, refresh } from "./dom.js";
import { ask } from "./server.js";

const section = document.getElementById("requests-page");
const filters = document.getElementById("requests-filters");
const LAST = 200;
let known = [];
let resets = -1;

export async function show(overview) {
  if (overview.resets !== resets) known = [];
  resets = overview.resets;
  // One that was being answered may be over now.
  const open = known.find((one) => one.seconds === null);
  const since = open?.number ?? (known.at(-1)?.number ?? 0) + 1;
  const fresh = await ask("window/requests", { since, limit: LAST });
  known = [...known.filter((one) => one.number < since), ...fresh].slice(-LAST);
  draw();
}

const outcome = (one) => {
  if (one.seconds === null) return "open";
  if (one.status === null || one.status >= 500) return "failed";
  return one.status >= 400 ? "refused" : "passed";
};
const rules = (one) => [...new Set(one.problems.map((problem) => problem.rule).filter(Boolean))];

function draw() {
  const { search, method, outcome: wanted } = Object.fromEntries(new FormData(filters));
  const word = search.trim().toLowerCase();
  const shown = known.filter((one) => (!method || one.method === method) && (!wanted || outcome(one) === wanted)
    && (!word || [one.number, one.method, one.path, one.query, one.status, one.fault, ...rules(one)].join(" ").toLowerCase().includes(word)));
  refresh(section.querySelector("tbody"), shown.toReversed(), (one) => one.number, line);
  const told = shown.length === known.length ? plural(known.length, "request") : `${shown.length} of ${plural(known.length, "request")}`;
  const output = filters.querySelector("output");
  const text = known.length === LAST ? `${told}, the last ones` : told;
  if (output.textContent !== text) output.textContent = text;
  section.querySelector("table").hidden = !shown.length;
  const empty = section.querySelector(".empty");
  empty.hidden = shown.length > 0;
  empty.textContent = known.length ? "No request is like that." : "No request yet. The page “Connect” says where to send one.";
}

const KINDS = { passed: "passed", refused: "skipped", failed: "failed", open: "none" };

export function status(one) {
  const text = one.seconds === null ? "being answered" : one.status === null ? "no answer" : String(one.status);
  return badge(KINDS[outcome(one)], text);
}

function line(one) {
  const target = one.path + (one.query ? `?${one.query}` : "");
  const link = make("a", { href: `#requests/${one.number}`, "data-focus": "open" }, make("strong", {}, one.method), ` ${target}`);
  return make("tr", {},
    make("th", { scope: "row" }, link, make("span", { class: "below" }, `request ${one.number}`)),
    cell("Outcome", {}, status(one), one.fault ? make("span", { class: "below" }, `fault ${one.fault}`) : null),
    cell("Refused by", { class: rules(one).length ? null : "idle" }, rules(one).join(", ") || "–"),
    cell("Took", { class: "number" }, duration(one.seconds)),
    cell("At", {}, moment(one.received_at)));
}

export async function detail(number) {
  const one = await ask("window/request", { number });
  const facts = [
    ["Outcome", status(one)], ["Fault", one.fault], ["Came", moment(one.received_at)], ["Took", duration(one.seconds)],
    ["Query", one.query], ...Object.entries(one.headers).map(([name, value]) => [name, value]),
  ].filter(([, value]) => value);
  return {
    title: `Request ${one.number}: ${one.method} ${one.path}`,
    parts: [
      make("dl", { class: "facts" }, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))),
      ...refusal(one.problems),
      ...again("curl", one.curl), ...again("Python", one.python),
      ...said("Sent", one.body, one), ...said("Answered", one.answer, one),
    ],
  };
}

function refusal(problems) {
  if (!problems.length) return [];
  const list = problems.map((problem) => make("li", {}, problem.rule ? make("span", { class: "id" }, problem.rule) : null,
    problem.rule ? ": " : "", problem.detail, ...place(problem.source)));
  return [make("h3", {}, "Refused because"), make("ul", { class: "refusal" }, ...list)];
}

function place(source = {}) {
  return Object.entries(source).flatMap(([kind, where]) => [make("span", { class: "below" }, `${kind} `, make("code", {}, where))]);
}

function again(name, { text, missing }) {
  if (!text) return [make("p", { class: "quiet" }, `There is no ${name} to copy: ${missing}.`)];
  const shown = make("pre", { tabindex: "0", "aria-label": `The request as ${name}` }, text);
  return [make("details", { class: "again" }, make("summary", {}, `As ${name}`), shown),
    make("button", { type: "button", "data-focus": name, "data-copy": name, onclick: () => copy(text, `the request as ${name}`, shown) }, `Copy as ${name}`)];
}

const STATES = {
  cut: "Only its beginning is kept.", forgotten: "It is not kept any more: newer ones need the room.",
  withheld: "It is not kept: it holds credentials.",
};

function said(title, body, { headers }) {
  const head = make("h3", {}, `${title}, ${bytes(body.length)}`);
  if (!body.length) {
    const unread = title === "Sent" && Number(headers["content-length"] ?? 0) > 0;
    return [head, make("p", { class: "quiet" }, unread ? "The sandbox refused it unread." : "No body.")];
  }
  const notes = [STATES[body.state], body.state !== "forgotten" && !body.all ? "The rest is not shown." : ""].filter(Boolean);
  return [head, notes.length ? make("p", { class: "quiet" }, notes.join(" ")) : null,
    body.text ? make("pre", { tabindex: "0", "aria-label": title }, body.text) : null].filter(Boolean);
}

export function start() {
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", draw);
}
