// The policies of the sandbox, each with its question, as switches.
import { badge, make, refresh, tell } from "./dom.js";
import { ask } from "./server.js";

const section = document.getElementById("policies-page");
const filters = document.getElementById("policies-filters");
let known = [];

export const changedOnes = () => known.filter((one) => one.value !== one.default).length;

export async function show() {
  known = await ask("window/switches");
  draw();
}

function draw() {
  const { search, shown: wanted } = Object.fromEntries(new FormData(filters));
  const word = search.trim().toLowerCase();
  const shown = known.filter((one) => (!wanted || one.value !== one.default)
    && (!word || [one.name, one.question, ...one.rules].join(" ").toLowerCase().includes(word)));
  refresh(section.querySelector("ul"), shown, (one) => one.name, line);
  const told = `${shown.length} of ${known.length} policies, ${changedOnes()} changed`;
  const output = filters.querySelector("output");
  if (output.textContent !== told) output.textContent = told;
}

function line(one) {
  const id = `policy-${one.name}`;
  return make("li", { class: "card switch" },
    make("label", { for: id }, ...written(one.question || one.name)),
    make("div", { class: "choice" }, control(one, id), one.value === one.default ? null : badge("skipped", "changed")),
    make("p", { class: "below", id: `${id}-about` }, make("code", {}, one.name), `, by default ${said(one.default)}`,
      one.rules.length ? `; ${one.rules.join(", ")}` : ""),
    make("p", { class: "wrong", role: "alert" }));
}

// Names in a text stand between back quotes.
const written = (text) => text.split("`").map((part, place) => (place % 2 ? make("code", {}, part) : part));
const said = (value) => (value === false ? "no" : value === true ? "yes" : value === "" ? "empty" : String(value));

function control(one, id) {
  const common = { id, "data-focus": "value", "aria-describedby": `${id}-about` };
  if (one.kind === "choice") {
    const select = make("select", common, ...one.choices.map((choice, place) => make("option", { value: String(place) }, said(choice))));
    select.value = String(one.choices.indexOf(one.value));
    select.addEventListener("change", () => change(one, one.choices[Number(select.value)], select));
    return select;
  }
  const number = one.kind === "number";
  const input = make("input", {
    ...common, type: number ? "number" : "text", min: one.least, max: one.most, step: number ? (one.whole ? 1 : "any") : null,
    value: String(one.value), spellcheck: "false", autocomplete: "off",
  });
  input.addEventListener("change", () => change(one, number ? Number(input.value) : input.value, input));
  return input;
}

async function change(one, value, input) {
  const wrong = input.closest("li").querySelector(".wrong");
  try {
    if (!input.checkValidity() || input.value === "" && one.kind === "number") throw new Error(input.validationMessage || "A number is missing.");
    await ask("policies", {}, { method: "PATCH", body: { [one.name]: value } });
    input.removeAttribute("aria-invalid");
    wrong.textContent = "";
    tell(`${one.name} is ${said(value)} from the next request on.`);
  } catch (error) {
    input.setAttribute("aria-invalid", "true");
    wrong.textContent = error.message;
  }
}

export function start() {
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", draw);
  document.getElementById("default-policies").addEventListener("click", async () => {
    await ask("window/switches", {}, { method: "DELETE" });
    // What was typed and refused goes too.
    for (const item of section.querySelector("ul").children) item.look = "";
    draw();
    tell("All policies are at their defaults.");
  });
}
