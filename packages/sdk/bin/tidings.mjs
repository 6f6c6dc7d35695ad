#!/usr/bin/env node
import { register } from "tsx/esm/api";

// Whoever read the output has gone, as `head` does: there is nobody left to tell.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

register();
const { main } = await import("../src/cli/main.ts");
process.exitCode = await main(process.argv.slice(2));
