"use strict";
// Open pages in a real browser and tell, as JSON, what a person would meet: `node look.js` with the job on standard input,
// {"chromium": path of the program, "pages": {name: path of the file}, "shots": folder for pictures}.
// Nothing is judged here; looking.py says what is asked, and tests say what is right.
const { pathToFileURL } = require("node:url");
const { pale, tell } = require("./seen.js");

const WIDTHS = [390, 1280];
const HEIGHT = 1000;
const SCHEMES = ["light", "dark"];

// Runs in the page: whether it fits, and where the verdict is, as laid out now.
const layout = () => ({
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  top: document.querySelector(".verdict")?.getBoundingClientRect().top,
});

// Runs in the page: what does not depend on the layout.
const structure = () => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const hrefs = [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href"));
  return {
    landmarks: ["header", "main", "footer"].map((name) => document.querySelectorAll(`body > ${name}`).length),
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((one) => Number(one.tagName[1])),
    twice: ids.filter((id, index) => ids.indexOf(id) !== index),
    astray: hrefs.filter((href) => href.startsWith("#") && !ids.includes(decodeURIComponent(href.slice(1)))),
    files: [...new Set(hrefs.filter((href) => !href.startsWith("#")).map((href) => href.split("#")[0]))],
    unnamed: [...document.querySelectorAll("select, input")].filter((one) => !one.labels.length && !one.ariaLabel).length,
  };
};

// Runs in the page: tries each choice of each filter, and a word, as typing and choosing would; returns which items were
// wanted, and which are to be seen.
const filtered = () => {
  const tried = [];
  for (const form of document.querySelectorAll("form[data-filters]")) {
    const items = [...document.querySelectorAll(`#${form.dataset.filters} [data-item]`)];
    const places = (right) => items.flatMap((item, place) => (right(item) ? [place] : []));
    const attempt = (control, value, what, right) => {
      control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
      const told = form.querySelector("output").textContent;
      tried.push({ what, told, wanted: places(right), seen: places((item) => item.checkVisibility()) });
      control.value = "";
      control.dispatchEvent(new Event("input", { bubbles: true }));
    };
    for (const select of form.querySelectorAll("select")) {
      for (const { value } of [...select.options].filter((option) => option.value)) {
        attempt(select, value, `${select.name} ${value}`, (item) => item.dataset[select.name].split(" ").includes(value));
      }
    }
    const [word] = items.at(-1).textContent.trim().split(/\s+/);
    const lower = word.toLowerCase();
    attempt(form.querySelector("input"), lower, `word ${word}`, (item) => item.textContent.toLowerCase().includes(lower));
  }
  return tried;
};

const openAll = (open) => document.querySelectorAll("details").forEach((one) => { one.open = open; });

const lookAt = async (browser, name, file, shots) => {
  const url = pathToFileURL(file).href;
  const found = { errors: [], requests: [], layouts: {} };
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && found.errors.push(message.text()));
  page.on("pageerror", (error) => found.errors.push(String(error)));
  page.on("request", (request) => [url, "data:,"].includes(request.url()) || found.requests.push(request.url()));
  await page.goto(url);
  Object.assign(found, await page.evaluate(structure));
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      const closed = await page.evaluate(layout);
      await page.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}.png` });
      await page.evaluate(openAll, true);
      const opened = await page.evaluate(layout);
      found.layouts[`${width} ${colorScheme}`] = {
        top: closed.top, overflow: Math.max(closed.overflow, opened.overflow), pale: await page.evaluate(pale),
      };
      await page.evaluate(openAll, false);
    }
  }
  found.filters = await page.evaluate(filtered);
  await context.close();
  found.plain = await withoutJavaScript(browser, url);
  return found;
};

const withoutJavaScript = async (browser, url) => {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true });
  const page = await context.newPage();
  await page.goto(url);
  const items = page.locator("[data-item]");
  const seen = items.locator("visible=true");
  const forms = page.locator("form").locator("visible=true");
  const plain = { items: await items.count(), seen: await seen.count(), forms: await forms.count() };
  await context.close();
  return plain;
};

tell(async (browser, job) => {
  const found = {};
  for (const [name, file] of Object.entries(job.pages)) found[name] = await lookAt(browser, name, file, job.shots);
  return found;
});
