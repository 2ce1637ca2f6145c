#!/usr/bin/env node
// Runs the binary of this platform's package.
const { spawnSync } = require("node:child_process");

const platform = `@nestling-ci/nestling-${process.platform}-${process.arch}`;
let binary;
try {
  binary = require.resolve(`${platform}/bin/nestling`);
} catch {
  console.error(
    `error: the package ${platform} is not installed: npm was told to omit optional dependencies, or Nestling has no binary ` +
      "for this platform (then `cargo install --locked nestling-cli` builds it)",
  );
  process.exit(1);
}
const { error, signal, status } = spawnSync(binary, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`error: cannot run ${binary}: ${error.message}`);
}
if (signal) {
  process.kill(process.pid, signal);
}
process.exitCode = status ?? 1;
