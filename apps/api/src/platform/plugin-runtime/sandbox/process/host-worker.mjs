/**
 * The worker that plugins are loaded by. Runs inside workerd, and imports as texts the modules that surround a plugin.
 *
 * `GET /beat` answers as long as the process does. `PUT /bundles/<hash>` brings a plugin's code.
 * `POST /calls/<hash>/<scope>/<function>` calls it: 200 with the output, 404 where the code is not known yet, else one of
 * the faults that call.mjs names, or 424 where the plugin cannot be loaded or gave up on its own.
 */
import call from "./call.mjs";
import intrinsics from "./intrinsics.mjs";

/** Modules of workerd that a plugin could import; instead it gets empty ones. */
const HIDDEN = ["workers", "sockets", "node", "email", "workflows", "vectorize"];
const NOTHING = Object.fromEntries(HIDDEN.map((name) => [`cloudflare:${name}`, { js: "export {};" }]));

const ANSWERS = new Set([200, 413, 422]);
const bundles = new Map();

const reply = (status) => new Response(null, { status });

function load(env, hash, scope) {
  return env.LOADER.get(`${hash}#${scope}`, () => ({
    compatibilityDate: "2026-04-01",
    mainModule: "call.mjs",
    modules: {
      ...NOTHING,
      "call.mjs": { js: call },
      "intrinsics.mjs": { js: intrinsics },
      "plugin.js": bundles.get(hash),
    },
    env: {},
    globalOutbound: null,
  }));
}

async function callPlugin(body, env, [hash, scope, name]) {
  if (!bundles.has(hash)) return reply(404);
  try {
    const entry = load(env, hash, scope).getEntrypoint();
    const answer = await entry.fetch(`http://plugin/${name}`, { method: "POST", body });
    return ANSWERS.has(answer.status) ? new Response(answer.body, { status: answer.status }) : reply(424);
  } catch {
    return reply(424);
  }
}

export default {
  async fetch(request, env) {
    if (request.headers.get("authorization") !== `Bearer ${env.TOKEN}`) return reply(403);
    const [, kind, ...rest] = new URL(request.url).pathname.split("/");
    if (kind === "beat") return reply(204);
    // Read to its end also where nobody needs it: workerd closes a connection with a body that is left over.
    const body = await request.text();
    if (kind === "calls") return callPlugin(body, env, rest);
    bundles.set(rest[0], body);
    return reply(204);
  },
};
