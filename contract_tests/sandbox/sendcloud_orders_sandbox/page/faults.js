// Faults of coming requests: plan them, see which are met, take them back.
import { choices, make, plural, refresh, tell } from "./dom.js";
import { ask } from "./server.js";

const section = document.getElementById("faults-page");
const form = document.getElementById("plan");
const TIMED = ["slow", "429"];
const ABOUT = {
  "lost-before": "connection lost, not processed", "lost-after": "connection lost after it was processed",
  429: "too many requests", conflict: "an earlier one is being processed (400)", 409: "the same as a 409",
  500: "server error", 503: "unavailable", 520: "unknown error of a gateway",
  "500-after": "server error after it was processed", "503-after": "unavailable after it was processed",
  "520-after": "unknown error after it was processed", "cut-body": "half of the answer", html: "200 with a page instead of JSON",
  "malformed-json": "JSON that ends too early", slow: "a late answer",
};

export async function show() {
  const { kinds, plans } = await ask("window/faults");
  choices(form.elements.kind, kinds.map((kind) => [kind, ABOUT[kind] ? `${kind}: ${ABOUT[kind]}` : kind]));
  form.querySelector("[data-seconds]").hidden = !TIMED.includes(form.elements.kind.value);
  refresh(section.querySelector("ul"), plans, (plan) => plan.number, line);
  document.getElementById("clear-faults").hidden = !plans.length;
  const empty = section.querySelector(".empty");
  empty.hidden = plans.length > 0;
  if (!empty.textContent) empty.textContent = "No fault is planned.";
  return plans.length;
}

function words({ rhythm, count }) {
  if (rhythm === "next") return count === 1 ? "the next request" : `the next ${count} requests`;
  return rhythm === "every" ? (count === 1 ? "every request" : `every ${count}th request`) : `the ${count}th request`;
}

function line(plan) {
  const about = `${plan.fault} for ${words(plan)}${plan.method ? ` by ${plan.method}` : ""}`;
  const remove = async () => {
    await ask("faults", { number: plan.number }, { method: "DELETE" });
    tell(`Took back ${about}.`);
    document.getElementById("planned-title").focus();
  };
  return make("li", { class: "card plan" },
    make("div", {}, make("strong", {}, about), make("span", { class: "below" },
      `under ${plan.path}: ${plural(plan.counted, "request")} counted, ${plan.met} met it`)),
    make("button", { type: "button", "data-focus": "remove", "aria-label": `Take back ${about}`, onclick: remove }, "Take back"));
}

export function start() {
  form.addEventListener("input", () => {
    form.querySelector("[data-seconds]").hidden = !TIMED.includes(form.elements.kind.value);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { kind, seconds, rhythm, count, method } = Object.fromEntries(new FormData(form));
    const wrong = form.querySelector(".wrong");
    wrong.textContent = "";
    try {
      const fault = TIMED.includes(kind) ? `${kind}:${seconds}` : kind;
      await ask("faults", {}, { method: "POST", body: { fault, [rhythm]: Number(count), method: method || null } });
      tell(`Planned ${fault} for ${words({ rhythm, count: Number(count) })}.`);
    } catch (error) {
      wrong.textContent = error.message;
    }
  });
  document.getElementById("clear-faults").addEventListener("click", async () => {
    await ask("faults", {}, { method: "DELETE" });
    tell("No fault is planned any more.");
    document.getElementById("planned-title").focus();
  });
}
