import { isDeepStrictEqual } from "node:util";
import type { PurePlugin } from "../../plugin/index.ts";
import type { Vector } from "../vectors.ts";
import { type Check, freeze } from "./subject.ts";

export const vectorsMatch: Check = ({ plugin, vectors = [] }) =>
  vectors.flatMap((vector) => {
    const output = replay(plugin, vector);
    return isDeepStrictEqual(output, vector.output)
      ? []
      : [`${vector.call}, ${vector.name}: got ${JSON.stringify(output)}`];
  });

function replay(plugin: PurePlugin, vector: Vector): unknown {
  switch (vector.call) {
    case "plan":
      return plugin.plan(freeze(vector.input));
    case "settle":
      return plugin.settle(freeze(vector.input));
    case "verify":
      return plugin.verify?.(freeze(vector.input));
    case "query":
      return plugin.query?.(freeze(vector.input));
    case "recall":
      return plugin.recall?.(freeze(vector.input));
    case "syncTemplates":
      return plugin.syncTemplates?.(freeze(vector.input));
    case "parseReceipt":
      return plugin.parseReceipt?.(freeze(vector.input));
  }
}
