"use strict";
// What every script that opens pages in a browser needs.
const { chromium } = require("playwright-core");

const ARGUMENTS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];

// Runs in the page: which texts hardly stand out from what is behind them, by the contrast that WCAG 2 asks for.
const pale = () => {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const parsed = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return { alpha, light: [red, green, blue].map((one) => channel(one / 255)) };
  };
  const luminance = ({ light: [red, green, blue] }) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parsed(getComputedStyle(one).backgroundColor);
      if (colour.alpha === 1) return colour;
    }
    return parsed("rgb(255, 255, 255)");
  };
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const pair = [luminance(parsed(style.color)), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
      found.add(`${element.tagName.toLowerCase()}.${element.className}: ${contrast.toFixed(2)}`);
    }
  }
  return [...found];
};

// Note what goes wrong on a page, and whom else than its own server it asks.
const watch = (page, origin, found) => {
  const note = (text) => found.errors.push(`${page.url()}: ${text}`);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && note(message.text()));
  page.on("pageerror", note);
  page.on("request", (request) => /^(blob|data):/.test(request.url()) || new URL(request.url()).origin === origin || found.foreign.push(request.url()));
};

// Read the job from standard input, open its browser, and write as JSON what `work` found there.
const tell = async (work) => {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  const job = JSON.parse(text);
  const chromiumSandbox = !process.getuid || process.getuid() !== 0;
  const browser = await chromium.launch({ executablePath: job.chromium, chromiumSandbox, args: ARGUMENTS });
  try {
    process.stdout.write(JSON.stringify(await work(browser, job)));
  } finally {
    await browser.close();
  }
};

module.exports = { pale, tell, watch };
