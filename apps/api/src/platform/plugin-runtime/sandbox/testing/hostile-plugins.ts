/** Plugins that take what they should not: time, memory, the only thread. Each is one module, as an attacker ships it. */
export const GREEDY = {
  "an infinite loop": "export const plan = () => { for (;;); };",
  "an endless chain of microtasks":
    "export const plan = () => { const again = () => Promise.resolve().then(again); return again(); };",
  "a regular expression that backtracks":
    'export const plan = () => ({ requests: [], found: /^(a+)+$/.test("a".repeat(60) + "!") });',
  "a heap bomb":
    "export const plan = () => { const hoard = []; for (;;) hoard.push({ more: [hoard.length, {}] }); };",
  "a buffer bomb":
    "export const plan = () => { const hoard = []; for (;;) hoard.push(new Uint8Array(32 << 20).fill(1)); };",
  "buffers kept between calls": `
    const hoard = [];
    export const plan = () => {
      try { for (;;) hoard.push(new Uint8Array(32 << 20).fill(1)); } catch {}
      return { requests: [] };
    };`,
  "an answer that never comes": "export const plan = () => new Promise(() => {});",
  "a huge output": 'export const plan = () => ({ requests: [], padding: "x".repeat(20 << 20) });',
  "an output with a toJSON that never ends":
    "export const plan = () => ({ requests: [], toJSON() { for (;;); } });",
  "work that goes on after the answer": `
    export const plan = () => {
      (async () => { for (let turn = 0; turn < 100; turn += 1) await null; for (;;); })();
      return { requests: [] };
    };`,
  "the end of the process": `
    import { exit } from "node:process";
    export const plan = () => exit(1);`,
} as const;

/** A plugin that is asked what it can reach, and says so. */
export const PRYING = `
  const attempt = async (work) => { try { return await work(); } catch (error) { return "refused"; } };
  export const plan = async ({ settings }) => ({
    requests: [],
    loot: {
      environment: [typeof process, typeof require, typeof Deno, typeof Bun],
      timers: [typeof setTimeout, typeof setInterval, typeof scheduler, typeof MessageChannel, typeof Atomics],
      workers: Object.keys(await import("cloudflare:workers")),
      prototypes: [typeof Object.getPrototypeOf(globalThis).fetch, typeof globalThis.constructor.prototype.setTimeout],
      files: await attempt(async () => (await import("node:fs")).readFileSync("/etc/passwd", "utf8")),
      children: await attempt(async () => (await import("node:child_process")).execSync("id").toString()),
      neighbour: await attempt(async () => Object.keys(await import("./host-worker.mjs"))),
      fetched: await attempt(async () => (await fetch(settings.origin)).status),
      connected: await attempt(async () => {
        const socket = (await import("cloudflare:sockets")).connect(settings.address);
        await socket.opened;
        return "open";
      }),
      upgraded: await attempt(() => new Promise((resolve, reject) => {
        const socket = new WebSocket(settings.origin.replace("http", "ws"));
        socket.addEventListener("open", () => resolve("open"));
        socket.addEventListener("error", reject);
      })),
      cached: await attempt(async () => {
        await caches.default.put("http://cache/loot", new Response("kept", { headers: { "cache-control": "max-age=60" } }));
        return (await caches.default.match("http://cache/loot"))?.status ?? "refused";
      }),
      evaluated: await attempt(() => new Function("return 1")()),
    },
  });`;

/** Keeps the settings of every call wherever it can, and shows what it has found. */
export const GOSSIPING = `
  const seen = [];
  export const plan = ({ settings }) => {
    const found = [...seen, ...(globalThis.seen ?? []), ...(Object.prototype.seen ?? [])];
    seen.push(settings);
    globalThis.seen = [...(globalThis.seen ?? []), settings];
    Object.defineProperty(Object.prototype, "seen", { value: [settings], configurable: true, enumerable: false });
    return { requests: [], found };
  };`;

/** Changes what everybody uses, and sends keys that a careless host would merge. */
export const POLLUTING = `
  Object.prototype.polluted = "yes";
  Array.prototype.map = () => ["polluted"];
  JSON.stringify = () => '{"polluted":true}';
  globalThis.Response = class { constructor() { this.status = 200; } };
  Promise.prototype.then = new Proxy(Promise.prototype.then, {});
  export const plan = () => JSON.parse(
    '{"requests":[],"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}',
  );`;

/** Does what a plugin should: an output that follows from the input alone. */
export const INNOCENT = `
  export const plan = ({ messages, settings }) => ({
    requests: messages.map(({ ref }) => ({ id: ref, refs: [ref], method: "POST", url: settings.endpoint + "/" + ref })),
  });
  export const settle = ({ responses }) => ({
    results: responses.flatMap(({ refs }) => refs.map((ref) => ({ ref, status: "accepted" }))),
  });`;
