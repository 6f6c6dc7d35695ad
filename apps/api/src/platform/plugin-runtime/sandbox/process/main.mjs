/**
 * A process of its own around miniflare: it starts workerd with one host worker, tells its parent over IPC where that
 * listens, and ends with its parent. Miniflare hands its whole environment to workerd and takes signals over, so it
 * must not run in the server's process. Plain JavaScript, because this file is run as it is.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const HOST = "127.0.0.1";
const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

process.on("disconnect", () => process.exit());

try {
  // Here, so that its absence is told like every other reason: it is an optional dependency.
  const { Miniflare, Response } = await import("miniflare");
  const token = randomBytes(32).toString("base64url");
  const miniflare = new Miniflare({
    host: HOST,
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    // What plugins write to the console may be people's data.
    handleRuntimeStdio(stdout, stderr) {
      stdout.resume();
      stderr.resume();
    },
    workers: [
      {
        name: "host",
        compatibilityDate: "2026-04-01",
        modules: [
          { type: "ESModule", path: "host-worker.mjs", contents: read("host-worker.mjs") },
          { type: "Text", path: "call.mjs", contents: read("call.mjs") },
          { type: "Text", path: "intrinsics.mjs", contents: read("intrinsics.mjs") },
        ],
        bindings: { TOKEN: token },
        workerLoaders: { LOADER: {} },
        outboundService: () => new Response(null, { status: 403 }),
        unsafeDirectSockets: [{ host: HOST, port: 0 }],
      },
    ],
  });
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("host");
  process.send({ origin, token });
} catch (error) {
  process.send({ failure: String(error?.message ?? error).slice(0, 500) }, () => process.exit(1));
}
