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

/** What is wrong with a file of golden vectors, in sentences. */
export function findVectorFaults(path: string, text: string): string[] {
  try {
    return findSchemaProblems(vectorsSchema, JSON.parse(text)).map((problem) => `${path}: ${problem}`);
  } catch {
    return [`${path} is no JSON`];
  }
}

/** The golden vectors among the files of a package, which have been found in order. */
export function readVectors(files: ReadonlyMap<string, Uint8Array>): Vector[] {
  return [...files].flatMap(([path, bytes]) =>
    path.startsWith("vectors/") ? (JSON.parse(new TextDecoder().decode(bytes)) as Vector[]) : [],
  );
}
