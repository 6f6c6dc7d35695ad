/**
 * Starts an embedded server in a process of its own that can be killed.
 * Arguments: the data folder, the preferred port. Prints `{url, reused, progress}`, then waits for a line on stdin
 * and stops the server.
 */
import { once } from "node:events";
import { startEmbeddedPostgres } from "../src/embedded/index.ts";

const [dataDir = "", port] = process.argv.slice(2);
const progress: string[] = [];
const server = await startEmbeddedPostgres({
  dataDir,
  port: Number(port),
  durable: false,
  onProgress: (message) => progress.push(message),
  onEnded: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write(`${JSON.stringify({ url: server.url, reused: server.reused, progress })}\n`);
await once(process.stdin, "data");
await server.stop();
process.exit(0);
