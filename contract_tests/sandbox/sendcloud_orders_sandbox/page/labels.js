// Shipments and their labels.
import { cell, make, moment, refresh, save } from "./dom.js";
import { ask, download } from "./server.js";

const section = document.getElementById("labels-page");
const SUFFIXES = { "application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl" };

export async function show() {
  const shipments = await ask("shipments");
  refresh(section.querySelector("tbody"), shipments.toReversed(), (one) => one.shipment_id, line);
  section.querySelector("table").hidden = !shipments.length;
  const empty = section.querySelector(".empty");
  empty.hidden = shipments.length > 0;
  if (!empty.textContent) empty.textContent = "No label was made yet.";
  return shipments.length;
}

function line(one) {
  const suffix = SUFFIXES[one.mime_type] ?? "bin";
  const name = `label-${String(one.shipment_id).replace(/\W+/g, "-")}.${suffix}`;
  const get = async () => save(await download(`window/label?${new URLSearchParams({ id: one.shipment_id })}`), name);
  return make("tr", {},
    make("th", { scope: "row" }, String(one.shipment_id)),
    cell("Order", {}, one.order_number ?? one.order_id ?? "–", make("span", { class: "below" }, `integration ${one.integration}`)),
    cell("Tracking", {}, one.tracking_number ?? "–"),
    cell("Made", {}, one.created_at ? moment(one.created_at) : "–"),
    cell("Label", {}, make("button", { type: "button", "data-focus": "label", "aria-label": `Download ${name}`, onclick: get }, suffix.toUpperCase())));
}
