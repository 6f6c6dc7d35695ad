import { type Fault, fault, within } from "../faults/index.ts";
import { findSchemaProblems } from "../testing/conformance/schema.ts";
import type { Vector } from "../testing/vectors.ts";

const vectorsSchema = {
  type: "array",
  maxItems: 200,
  items: {
    type: "object",
    required: ["name", "call", "input", "output"],
    additionalProperties: false,
    properties: {
      name: { type: "string", minLength: 1, maxLength: 200 },
      call: { enum: ["plan", "settle", "verify", "query", "recall", "parseReceipt"] },
      input: { type: "object" },
      output: { type: "object" },
    },
  },
} as const;

/** What is wrong with a file of golden vectors. */
export function findVectorFaults(path: string, text: string): Fault[] {
  try {
    return findSchemaProblems(vectorsSchema, JSON.parse(text)).map(within("in_file", { path }));
  } catch (error) {
    return [fault("file_no_json", { path, error: String(error) })];
  }
}

/** The golden vectors among the files of a package, which have been found in order. */
export function readVectors(files: ReadonlyMap<string, Uint8Array>): Vector[] {
  return [...files].flatMap(([path, bytes]) =>
    path.startsWith("vectors/") ? (JSON.parse(new TextDecoder().decode(bytes)) as Vector[]) : [],
  );
}
