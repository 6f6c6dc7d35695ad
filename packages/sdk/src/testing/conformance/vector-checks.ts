import { isDeepStrictEqual } from "node:util";
import { fault, within } from "../../faults/index.ts";
import type { PureFunctions } from "../../plugin/index.ts";
import type { Vector } from "../vectors.ts";
import { type Check, collect, freeze } from "./subject.ts";

export const vectorsMatch: Check = ({ plugin, vectors = [] }) =>
  collect(vectors, async (vector) => {
    const output = await replay(plugin, vector);
    return isDeepStrictEqual(output, vector.output)
      ? []
      : [
          within("in_vector", { name: `${vector.call}, ${vector.name}` })(
            fault("vector_differs", { output: JSON.stringify(output) ?? "undefined" }),
          ),
        ];
  });

function replay(plugin: PureFunctions, vector: Vector): unknown {
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
