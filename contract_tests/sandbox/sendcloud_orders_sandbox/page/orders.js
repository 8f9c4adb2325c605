// Stored orders, listed as the vendor's panel does, and one order as a whole with its history.
import { badge, cell, choices, copy, exact, make, moment, plural, refresh, save, tell } from "./dom.js";
import { ask, download } from "./server.js";

const section = document.getElementById("orders-page");
const filters = document.getElementById("orders-filters");
const SIZE = 50;
let offset = 0;

// A code says as much as its colour.
function status(text) {
  const kind = /cancel|fail|error/i.test(text) ? "failed" : /shipped|deliver|paid/i.test(text) && !/^un/i.test(text) ? "passed" : "none";
  return badge(kind, text);
}

export async function show() {
  const wanted = Object.fromEntries(new FormData(filters));
  let found = await ask("window/orders", { ...wanted, offset, limit: SIZE });
  if (offset && offset >= found.matching) {
    offset = Math.max(0, Math.floor((found.matching - 1) / SIZE) * SIZE);
    found = await ask("window/orders", { ...wanted, offset, limit: SIZE });
  }
  choices(filters.elements.integration, [["", "all"], ...found.integrations.map((id) => [String(id), String(id)])]);
  choices(filters.elements.status, [["", "all"], ...found.statuses.map((code) => [code, code])]);
  refresh(section.querySelector("tbody"), found.rows, (row) => row.id, line);
  const saving = found.saving ? `, ${plural(found.saving, "write")} still being saved` : "";
  const filtered = found.matching === found.total ? plural(found.total, "order") : `${found.matching.toLocaleString()} of ${plural(found.total, "order")}`;
  setText(filters.querySelector("output"), filtered + saving);
  section.querySelector("table").hidden = !found.matching;
  const empty = section.querySelector(".empty");
  empty.hidden = found.matching > 0;
  setText(empty, found.total ? "No order is like that." : "No order is stored yet. Send one, or add some examples.");
  turnable(found);
  return found;
}

function turnable({ matching, rows }) {
  const pages = section.querySelector(".pages");
  pages.hidden = matching <= SIZE;
  const [back, on] = pages.querySelectorAll("button");
  back.disabled = offset === 0;
  on.disabled = offset + rows.length >= matching;
  setText(pages.querySelector("span"), `${(offset + 1).toLocaleString()} to ${(offset + rows.length).toLocaleString()} of ${matching.toLocaleString()}`);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function line(row) {
  const name = make("a", { href: `#orders/${row.id}`, "data-focus": "open" }, row.order_number || "(no number)");
  return make("tr", {},
    make("th", { scope: "row" }, name, make("span", { class: "below" }, row.order_id)),
    cell("Customer", {}, row.customer ?? "–", row.place ? make("span", { class: "below" }, row.place) : null),
    cell("Status", {}, status(row.status ?? "none"), row.payment ? make("span", { class: "below" }, row.payment) : null,
      row.saving ? badge("skipped", "being saved") : null),
    cell("Total", { class: "number" }, row.total ?? "–", make("span", { class: "below" }, plural(row.items, "item"))),
    cell("Integration", {}, String(row.integration)),
    cell("Changed", {}, moment(row.modified)));
}

export async function detail(id) {
  const found = await ask("window/order", { number: id });
  const order = found.text ? exact(found.text) : null;
  return {
    title: order ? `Order ${order.order_number || order.order_id}` : `Order ${id}, which is gone`,
    parts: [
      ...(order ? whole(order) : [make("p", {}, "It was deleted. What became of it before is still known.")]),
      ...shipments(found.shipments),
      make("h3", {}, "History"),
      history(found.history),
      ...(order ? raw(found.text) : []),
    ],
  };
}

function whole(order) {
  const details = order.order_details;
  const payment = order.payment_details ?? {};
  const facts = [
    ["Sendcloud's id", order.id], ["The shop's order_id", order.order_id], ["Integration", details.integration.id],
    ["Status", details.status?.message ?? details.status?.code], ["Payment", payment.status?.message ?? payment.status?.code],
    ["Total", amount(payment.total_price)], ["Ordered", moment(details.order_created_at)],
    ["Stored", moment(order.created_at)], ["Changed", moment(order.modified_at)],
    ["Customer", order.customer_details?.name], ["Mail", order.customer_details?.email ?? order.shipping_address?.email],
    ["Notes", details.notes],
  ].filter(([, value]) => value);
  return [
    make("dl", { class: "facts" }, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))),
    ...["shipping_address", "billing_address"].filter((name) => order[name]).map((name) => address(name, order[name])),
    items(details.order_items),
  ];
}

const amount = (price) => (price ? `${price.value} ${price.currency ?? ""}` : null);

function address(name, one) {
  const lines = [one.name, one.company_name, [one.address_line_1, one.house_number].filter(Boolean).join(" "), one.address_line_2,
    [one.postal_code, one.city].filter(Boolean).join(" "), one.country_code, one.phone_number];
  return make("div", {}, make("h3", {}, name === "shipping_address" ? "Goes to" : "Is billed to"),
    make("address", {}, lines.filter(Boolean).join("\n")));
}

function items(all) {
  const rows = all.map((item) => make("tr", {},
    make("th", { scope: "row" }, String(item.name), item.sku ? make("span", { class: "below" }, String(item.sku)) : null),
    cell("Quantity", { class: "number" }, String(item.quantity)),
    cell("Each", { class: "number" }, amount(item.unit_price) ?? "–"),
    cell("Together", { class: "number" }, amount(item.total_price) ?? "–")));
  const heads = [["Item", false], ["Quantity", true], ["Each", true], ["Together", true]];
  return make("div", {}, make("h3", {}, "Items"), make("table", { class: "stacked" },
    make("thead", {}, make("tr", {}, ...heads.map(([text, number]) => make("th", { scope: "col", class: number ? "number" : null }, text)))),
    make("tbody", {}, ...rows)));
}

function shipments(all) {
  if (!all.length) return [];
  const list = all.map((one) => make("li", {}, `Shipment ${one.shipment_id}, ${one.tracking_number ?? "no tracking number"}`));
  return [make("h3", {}, "Labels"), make("ul", {}, ...list)];
}

const KINDS = { created: "Created", changed: "Written", deleted: "Deleted" };

function history(steps) {
  if (!steps.length) return make("p", { class: "quiet" }, "Nothing is known: it was stored before this start, or too long ago.");
  return make("ol", { class: "history" }, ...steps.toReversed().map((step) => {
    const by = step.request
      ? make("a", { href: `#requests/${step.request.number}`, "data-focus": `request-${step.request.number}` },
        `request ${step.request.number}: ${step.request.method} ${step.request.path}`)
      : "the sandbox itself, or a request that is forgotten";
    return make("li", {}, make("p", {}, make("strong", {}, KINDS[step.kind]), " by ", by, ", ", moment(step.at)), changed(step));
  }));
}

function changed({ kind, changes }) {
  if (kind === "deleted") return null;
  if (changes === null) return make("p", { class: "quiet" }, "What it changed is not known: the version before is forgotten.");
  if (!changes.length) return make("p", { class: "quiet" }, "Nothing changed: the same was stored before.");
  const lines = changes.map(({ path, before, after }) => make("li", {}, make("code", {}, path), " ",
    ...(before === null ? [] : [make("del", {}, before), " "]), after === null ? make("em", {}, "taken away") : make("ins", {}, after)));
  const list = make("ul", { class: "changes" }, ...lines);
  return kind === "created" ? make("details", {}, make("summary", {}, plural(changes.length, "field")), list) : list;
}

function raw(text) {
  const shown = make("pre", { tabindex: "0", "aria-label": "The order as JSON" }, text);
  return [
    make("h3", {}, "As stored"),
    make("p", {}, make("button", { type: "button", "data-focus": "copy", onclick: () => copy(text, "the order", shown) }, "Copy")),
    shown,
  ];
}

export function start(look) {
  let typing;
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", () => {
    offset = 0;
    clearTimeout(typing);
    typing = setTimeout(look, 150);
  });
  for (const button of section.querySelectorAll("[data-turn]")) {
    button.addEventListener("click", async () => {
      offset = Math.max(0, offset + SIZE * Number(button.dataset.turn));
      await look();
      section.querySelector("h2").scrollIntoView();
      if (button.disabled) section.querySelector("[data-turn]:not(:disabled)")?.focus();
    });
  }
  document.getElementById("add-examples").addEventListener("click", async () => {
    const { orders } = await ask("window/examples", {}, { method: "POST", body: { orders: 12 } });
    tell(`Added ${plural(orders, "example order")}.`);
  });
  document.getElementById("download").addEventListener("click", async () => {
    save(await download("window/orders.ndjson"), "orders.ndjson");
    tell("All orders are in orders.ndjson.");
  });
  const confirm = document.getElementById("confirm");
  document.getElementById("reset").addEventListener("click", () => confirm.showModal());
  document.getElementById("really-reset").addEventListener("click", async () => {
    confirm.close();
    await ask("orders", {}, { method: "DELETE" });
    tell("The sandbox is empty.");
  });
}
