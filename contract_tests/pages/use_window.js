"use strict";
// Use the sandbox's window in a real browser, as a person would, and tell as JSON what came of it:
// `node use_window.js` with the job on standard input,
// {"chromium": path of the program, "window": its address, "api": base URL, "keys": [public, secret], "shots": folder,
// "pictures": "all" for each page in both colours at both widths}.
// Nothing is judged here; test_window_in_a_browser.py says what is right.
const { pale, tell, watch } = require("./seen.js");

const PAGES = ["orders", "requests", "policies", "faults", "labels", "connect"];
const WIDTHS = [390, 1280];
const SCHEMES = ["light", "dark"];
const PATIENCE = 10_000;

const item = { name: "Tea tin", quantity: 1, total_price: { value: 19.9, currency: "EUR" } };
const order = (id, name) => ({
  order_id: id, order_number: `#${id}`,
  order_details: { integration: { id: 41 }, status: { code: "unshipped" }, order_created_at: "2026-11-02T12:00:00Z", order_items: [item] },
  payment_details: { total_price: { value: 19.9, currency: "EUR" }, status: { code: "paid" } },
  shipping_address: { name, address_line_1: "Voorbeeldstraat", postal_code: "1000 AA", city: "Delft", country_code: "NL" },
});

const sender = ({ api, keys }) => async (method, path, body) => {
  const headers = { Authorization: `Basic ${Buffer.from(keys.join(":")).toString("base64")}`, "Content-Type": "application/json" };
  const response = await fetch(`${api}${path}`, { method, headers, body: body && JSON.stringify(body) });
  return response.status;
};

// Runs in the page: what can be used, but has no name for those who do not see it.
const unnamed = () => [...document.querySelectorAll("a, button, select, input, pre[tabindex]")].filter((one) => one.checkVisibility()
  && !(one.ariaLabel || one.labels?.length || one.textContent.trim())).map((one) => one.outerHTML);
const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
const headings = () => [...document.querySelectorAll("h1, h2, h3")].filter((one) => one.checkVisibility()).map((one) => Number(one.tagName[1]));

const watched = async (browser, origin, found, options) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  watch(page, origin, found);
  return page;
};

const active = (page) => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.name);
const go = (page, name) => page.locator(`nav a[data-page=${name}]`).click();
const told = (page, text) => page.locator(".told", { hasText: text }).waitFor();

// What came in is seen without a reload, and text stays text.
const live = async (page, send, found) => {
  await page.evaluate(() => { window.marked = true; });
  await send("POST", "/orders", [order("A-1", "<script>window.run = true</script>"), order("A-2", "<img src=x onerror='window.run=1'>")]);
  await page.locator("#orders-page tbody tr").nth(1).waitFor();
  found.live = await page.evaluate(() => ({ marked: window.marked === true, run: window.run !== undefined, text: document.querySelector("#orders-page tbody").textContent }));
};

const searched = async (page, found) => {
  await page.fill("#orders-filters [name=search]", "a-2");
  await page.locator("#orders-page output", { hasText: "1 of 2" }).waitFor();
  found.searched = await page.locator("#orders-page tbody tr").allTextContents();
  await page.fill("#orders-filters [name=search]", "");
  await page.locator("#orders-page output", { hasText: "2 orders" }).waitFor();
};

// One order by the keyboard alone, while it changes.
const opened = async (page, send, found) => {
  await page.locator("#orders-page tbody a", { hasText: "#A-1" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#detail[open]").waitFor();
  await send("PATCH", "/orders/669", { order_number: "renamed" });
  await page.locator("#detail .changes", { hasText: "renamed" }).waitFor();
  const inside = await page.evaluate(() => document.getElementById("detail").contains(document.activeElement));
  found.opened = { inside, text: await page.locator("#detail").textContent() };
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => location.hash === "#orders");
  found.opened.back = await active(page);
};

const requested = async (page, send, found) => {
  await send("POST", "/orders", [{ ...order("A-3", "Ada Fictiva"), order_details: { ...order("A-3").order_details, integration: { id: 77 } } }]);
  await go(page, "requests");
  const row = page.locator("#requests-page tbody tr").first();
  await page.locator("#requests-page tbody tr", { hasText: "UPSERT-ACCOUNT" }).waitFor();
  const link = row.locator("a");
  await link.focus();
  const before = await active(page);
  await send("GET", "/orders?integration=41");
  await page.locator("#requests-page tbody tr", { hasText: "integration=41" }).waitFor();
  found.focus = [before, await active(page)];
  await page.locator("#requests-page tbody tr", { hasText: "UPSERT-ACCOUNT" }).locator("a").click();
  await page.locator("#detail[open] .refusal").waitFor();
  found.refusal = await page.locator("#detail .refusal").textContent();
  found.said = await page.locator("#detail pre").allTextContents();
  for (const name of ["curl", "Python"]) {
    await page.click(`[data-copy=${name}]`);
    await told(page, `as ${name}`);
    found[name] = await page.evaluate(() => navigator.clipboard.readText());
  }
  await page.keyboard.press("Escape");
};

const switched = async (page, send, found) => {
  await go(page, "policies");
  await page.locator("#policy-success_status").waitFor();
  found.policies = await page.locator("#policies-page .switch").count();
  await page.selectOption("#policy-success_status", { label: "202" });
  await told(page, "success_status is 202");
  found.switched = await send("POST", "/orders", [order("A-4", "Ada Fictiva")]);
  await page.fill("#policy-save_lag", "-1");
  await page.keyboard.press("Tab");
  await page.locator("#policies-page .wrong:not(:empty)").waitFor();
  await page.click("#default-policies");
  await told(page, "defaults");
};

const failed = async (page, send, found) => {
  await go(page, "faults");
  await page.locator("#plan option[value='503']").waitFor({ state: "attached" });
  await page.selectOption("#plan [name=kind]", "503");
  await page.selectOption("#plan [name=method]", "POST");
  for (let time = 0; time < 2; time += 1) {
    await page.click("#plan button");
    await told(page, "Planned 503");
    await page.locator("#faults-page .plan").nth(time).waitFor();
  }
  await page.locator("#faults-page .plan button").last().click();
  await page.locator("#faults-page .plan").nth(1).waitFor({ state: "detached" });
  found.failed = [await send("GET", "/orders"), await send("POST", "/orders", [order("A-5", "Ada")]), await send("POST", "/orders", [order("A-5", "Ada")])];
  await page.locator("#faults-page .empty").waitFor();
};

const saved = async (page, found) => {
  await go(page, "orders");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  let text = "";
  for await (const chunk of await download.createReadStream()) text += chunk;
  found.saved = { name: download.suggestedFilename(), orders: text.trim().split("\n").map((line) => JSON.parse(line).order_id) };
};

const seeded = async (page, found) => {
  const rows = page.locator("#orders-page tbody tr");
  await rows.nth(3).waitFor();
  await page.click("#add-examples");
  await told(page, "Added 12 example orders");
  await rows.nth(15).waitFor();
  found.seeded = await rows.count();
};

// A label that was made is listed, and can be saved.
const labelled = async (page, send, found) => {
  await go(page, "labels");
  await page.locator("#labels-page .empty:not([hidden])").waitFor();
  await send("POST", "/orders/create-label-sync", { integration_id: 41, order: { order_id: "example-0002" } });
  const row = page.locator("#labels-page tbody tr");
  await row.waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), row.locator("button").click()]);
  let text = "";
  for await (const chunk of await download.createReadStream()) text += chunk.toString("latin1");
  found.labelled = { name: download.suggestedFilename(), row: await row.textContent(), begins: text.slice(0, 5) };
};

// What all pages look like, and what they lack.
const looked = async (page, found, { shots, pictures }) => {
  found.layouts = {};
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const name of [...PAGES, "order", "request"]) {
      const place = { order: "orders/669", request: "requests/3" }[name] ?? name;
      await page.evaluate((hash) => { location.hash = hash; }, place);
      await page.locator(place.includes("/") ? "#detail[open] .facts" : `#${name}-page:not([hidden]) h2`).waitFor();
      if (name in { orders: 1, requests: 1, policies: 1 }) await page.locator(`#${name}-page [data-key]`).first().waitFor();
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        // Half of the pictures show as much as all, and pictures take most of the time.
        if (pictures === "all" || (width === WIDTHS[0]) === (colorScheme === "light")) {
          await page.screenshot({ path: `${shots}/window-${name}-${width}-${colorScheme}.png` });
        }
        found.layouts[`${name} ${width} ${colorScheme}`] = {
          overflow: await page.evaluate(overflow), pale: await page.evaluate(pale),
          unnamed: await page.evaluate(unnamed), headings: await page.evaluate(headings),
        };
      }
      if (place.includes("/")) await page.keyboard.press("Escape");
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
};

const emptied = async (page, found) => {
  await go(page, "orders");
  await page.click("#reset");
  await page.locator("#confirm[open]").waitFor();
  found.asked = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Escape");
  found.kept = await page.locator("#orders-page tbody tr").count();
  await page.click("#reset");
  await page.click("#really-reset");
  await page.locator("#orders-page .empty:not([hidden])").waitFor();
};

// The keyboard alone reaches everything from the top, the way past the navigation first.
const tabbed = async (page, found) => {
  await page.reload();
  await page.locator("#orders-page:not([hidden])").waitFor();
  found.tabbed = [];
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    found.tabbed.push(await active(page));
  }
};

const signedIn = async (browser, origin, { keys }, found) => {
  const page = await watched(browser, origin, { errors: [], foreign: found.foreign }, {});
  await page.goto(`${origin}/`);
  const fill = async (secret) => {
    await page.fill("#keys [name=public_key]", keys[0]);
    await page.fill("#keys [name=secret_key]", secret);
    await page.click("#keys button");
  };
  await page.locator("#sign-in:not([hidden])").waitFor();
  await fill("wrong");
  await page.locator("#keys .wrong:not(:empty)").waitFor();
  const refused = await page.locator("#keys .wrong").textContent();
  await fill(keys[1]);
  await page.locator("#state", { hasText: "live" }).waitFor();
  found.signedIn = { refused, open: await page.locator("#orders-page").isVisible() };
  await page.context().close();
};

const plain = async (browser, origin, found) => {
  const page = await watched(browser, origin, found, { javaScriptEnabled: false });
  await page.goto(`${origin}/`);
  found.plain = await page.locator("main").innerText();
  await page.context().close();
};

tell(async (browser, job) => {
  const { origin } = new URL(job.window);
  const found = { errors: [], foreign: [] };
  const send = sender(job);
  const page = await watched(browser, origin, found, {});
  await page.goto(job.window);
  await page.locator("#state", { hasText: "live" }).waitFor();
  found.address = page.url();
  await live(page, send, found);
  await searched(page, found);
  await opened(page, send, found);
  await requested(page, send, found);
  await switched(page, send, found);
  await failed(page, send, found);
  await saved(page, found);
  await seeded(page, found);
  await labelled(page, send, found);
  await looked(page, found, job);
  await emptied(page, found);
  await tabbed(page, found);
  await page.context().close();
  await signedIn(browser, origin, job, found);
  await plain(browser, origin, found);
  return found;
});
