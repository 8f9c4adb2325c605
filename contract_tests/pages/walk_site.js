"use strict";
// Walk through the documentation in a real browser, as its readers would, and tell as JSON what they met:
// `node walk_site.js` with the job on standard input,
// {"chromium": path of the program, "origin": where the site is served, "shots": folder for pictures}.
// Nothing is judged here; test_site_in_a_browser.py says what is right.
const { pale, tell, watch } = require("./seen.js");

const DESK = { width: 1440, height: 900 };
const TELEPHONE = { width: 390, height: 844 };
const SCHEMES = ["light", "dark"];
const PATIENCE = 10_000;
// The pages that pictures are taken of.
const PICTURED = ["index.html", "reference/api/orders-client.html", "reference/ledger.html", "reference/command-line.html"];
const QUERIES = ["UPSERT-KEY", "upsert_iter", "conflict"];

// Runs in the page: what it is called, and where one gets from it.
const structure = () => ({
  title: document.title,
  headings: document.querySelectorAll("h1").length,
  ids: [...document.querySelectorAll("[id]")].map((one) => one.id),
  links: [...new Set([...document.querySelectorAll("a[href]")].map((one) => one.href))],
  sidebar: [...document.querySelectorAll(".sidebar-tree a.reference")].map((one) => one.href.replace(/#$/, "")),
  next: document.querySelector("a.next-page")?.href ?? null,
  broken: [...document.images].filter((one) => !one.naturalWidth && one.loading !== "lazy").map((one) => one.src),
});
// Runs in the page: what sticks out of the window, but for what scrolls in a box of its own.
const wide = () => {
  const scrolls = (one) => one && !one.matches("body, article") && (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const out = [...document.querySelectorAll("article, article *, body > main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility());
  return [...new Set(out.filter((one) => !scrolls(one.parentElement)).map((one) => `${one.tagName.toLowerCase()}.${one.className}`))];
};

// Runs in the page: what still changes its colour is done.
const settle = () => document.getAnimations().forEach((one) => one.finish());

const watched = async (browser, origin, found, options) => {
  const context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  watch(page, origin, found);
  page.on("response", (response) => response.status() < 400 || found.errors.push(`${response.status()} ${response.url()}`));
  return page;
};

const lookAt = async (page, origin, shots) => {
  const name = page.url().slice(origin.length + 1).split("#")[0] || "index.html";
  const seen = { ...(await page.evaluate(structure)), wide: {}, pale: {} };
  for (const [size, viewport] of Object.entries({ desk: DESK, telephone: TELEPHONE })) {
    await page.setViewportSize(viewport);
    seen.wide[size] = await page.evaluate(wide);
    for (const colorScheme of SCHEMES) {
      if (size === "telephone" && !PICTURED.includes(name)) continue;
      await page.emulateMedia({ colorScheme });
      await page.evaluate(settle);
      if (size === "desk") seen.pale[colorScheme] = await page.evaluate(pale);
      if (PICTURED.includes(name)) await page.screenshot({ path: `${shots}/${name.replace(/\W+/g, "-")}-${size}-${colorScheme}.png` });
    }
  }
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: "light" });
  return [name, seen];
};

// Each entry of the navigation, by a click, after what hides it is opened; and what every page is like.
const navigated = async (page, { origin, shots }, found) => {
  await page.goto(`${origin}/index.html`);
  const entries = page.locator(".sidebar-tree a.reference");
  const hrefs = await entries.evaluateAll((links) => links.map((one) => one.href));
  const note = async (said) => {
    const [name, seen] = await lookAt(page, origin, shots);
    found.pages[name] = { ...seen, said };
  };
  await note(null);
  for (const href of hrefs) {
    const place = await entries.evaluateAll((links, wanted) => links.findIndex((one) => one.href === wanted), href);
    if (place < 0) throw new Error(`the navigation of ${page.url()} has no ${href}`);
    const entry = entries.nth(place);
    if (!(await entry.isVisible())) await entry.locator("xpath=ancestor::li[contains(@class, 'has-children')][1]/label").click();
    await Promise.all([page.waitForURL(href), entry.click()]);
    await note(await page.locator(".sidebar-tree .current-page > a").textContent());
  }
};

// The buttons for the next page and for the one before.
const leafed = async (page, { origin }, found) => {
  await page.goto(`${origin}/index.html`);
  found.leafed = [];
  for (const button of ["next", "next", "prev"]) {
    const before = page.url();
    await Promise.all([page.waitForURL((url) => url.href !== before), page.locator(`a.${button}-page`).click()]);
    found.leafed.push(page.url().slice(origin.length + 1));
  }
};

// The contents of a long page lead to its parts.
const skimmed = async (page, { origin }, found) => {
  await page.goto(`${origin}/reference/ledger.html`);
  found.skimmed = [];
  const links = page.locator(".toc-tree a[href^='#']:visible");
  for (let place = 0; place < await links.count(); place += 1) {
    const hash = await links.nth(place).getAttribute("href");
    if (hash === "#") continue;
    await links.nth(place).click();
    // It may get there slowly.
    await page.waitForFunction((wanted) => {
      const { top } = document.getElementById(decodeURIComponent(wanted.slice(1))).getBoundingClientRect();
      return location.hash === wanted && top >= 0 && top < innerHeight;
    }, hash);
    found.skimmed.push(hash);
  }
  // From a rule to its tests.
  const rule = page.locator("#rule-UPSERT-KEY").locator("xpath=..");
  await rule.locator("summary").click();
  await rule.locator("details a").first().click();
  await page.waitForURL(/\/tests\//);
  const line = await page.evaluate(() => document.querySelector(":target")?.textContent ?? "");
  found.proof = { line, colours: await page.evaluate(pale), wide: await page.evaluate(wide) };
  await page.locator("header a").click();
  await page.waitForURL(/ledger\.html$/);
};

const searched = async (page, { origin }, found) => {
  found.searched = {};
  for (const query of QUERIES) {
    await page.goto(`${origin}/index.html`);
    await page.fill(".sidebar-search", query);
    await page.press(".sidebar-search", "Enter");
    await page.waitForURL(/search\.html/);
    const results = page.locator("ul.search li a");
    // They come one by one.
    await page.locator(".search-summary", { hasText: "finished" }).waitFor();
    const texts = await results.allTextContents();
    await results.first().click();
    await page.waitForURL((url) => !url.pathname.endsWith("search.html"));
    found.searched[query] = { texts, landed: page.url().slice(origin.length + 1) };
  }
};

const switched = async (page, { origin }, found) => {
  await page.goto(`${origin}/index.html`);
  const background = () => page.evaluate(() => [document.body.dataset.theme, getComputedStyle(document.body).backgroundColor]);
  const toggle = page.locator(".content-icon-container .theme-toggle");
  found.themes = [await background()];
  for (let time = 0; time < 2; time += 1) {
    await toggle.click();
    found.themes.push(await background());
  }
  await page.goto(`${origin}/reference/api.html`);
  found.themes.push(await background());
};

const carried = async (browser, { origin, shots }, found) => {
  const page = await watched(browser, origin, found, { viewport: TELEPHONE, hasTouch: true });
  await page.goto(`${origin}/index.html`);
  const menu = page.locator(".sidebar-drawer");
  const outside = async () => (await menu.boundingBox()).x < 0;
  found.menu = { closed: await outside() };
  await page.locator(".mobile-header label[for=__navigation]").click();
  await page.waitForFunction(() => document.querySelector(".sidebar-drawer").getBoundingClientRect().x >= 0);
  await page.screenshot({ path: `${shots}/menu-telephone-light.png` });
  await page.locator(".sidebar-tree a.reference", { hasText: "Ledger of rules" }).click();
  await page.waitForURL(/ledger\.html/);
  found.menu.after = await outside();
  await page.context().close();
};

// Without JavaScript all but the search is there.
const plain = async (browser, { origin }, found) => {
  const page = await watched(browser, origin, found, { javaScriptEnabled: false });
  await page.goto(`${origin}/reference/errors.html`);
  found.plain = await page.locator("article").innerText();
  await page.context().close();
};

tell(async (browser, job) => {
  const found = { errors: [], foreign: [], pages: {} };
  const alone = async (steps) => {
    const page = await watched(browser, job.origin, found, {});
    for (const step of steps) await step(page, job, found);
    await page.context().close();
  };
  // Two readers at a time.
  await Promise.all([alone([navigated]), alone([leafed, skimmed, searched, switched])]);
  await carried(browser, job, found);
  await plain(browser, job, found);
  return found;
});
