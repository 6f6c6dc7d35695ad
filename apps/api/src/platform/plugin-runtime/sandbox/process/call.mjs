/**
 * Surrounds a plugin inside its isolate: JSON in, JSON out. 422 is what it threw (name and places, no message: that may
 * quote people's data), 413 an output beyond the limit. `exports` answers the names of its functions.
 */
import { entries, fromEntries, keys, parse, Response, stringify, text, URL } from "./intrinsics.mjs";
import * as plugin from "./plugin.js";

const MAX_OUTPUT_LENGTH = 16 * 1024 * 1024;
const MAX_NAME_LENGTH = 100;
const MAX_FRAMES = 20;

const functions = fromEntries(entries(plugin).filter(([, exported]) => typeof exported === "function"));

function describe(error) {
  const frames = text(error?.stack).split("\n");
  return {
    name: text(error?.name ?? typeof error).slice(0, MAX_NAME_LENGTH),
    frames: frames.filter((line) => line.startsWith("    at ")).slice(0, MAX_FRAMES),
  };
}

export default {
  async fetch(request) {
    const name = new URL(request.url).pathname.slice(1);
    try {
      const answer =
        name === "exports" ? keys(functions) : await functions[name](parse(await request.text()));
      const output = stringify(answer) ?? "null";
      return output.length > MAX_OUTPUT_LENGTH
        ? new Response(null, { status: 413 })
        : new Response(output, { status: 200 });
    } catch (error) {
      return new Response(stringify(describe(error)), { status: 422 });
    }
  },
};
