import { createHash } from "node:crypto";
import { openApiDocument } from "../../src/platform/http/documents.ts";
import type { Installation } from "./installation.ts";

export interface Parameter {
  in: "path" | "query" | "header";
  name: string;
  schema: { type?: string; enum?: string[]; pattern?: string; maximum?: number };
}

/** A route as the API document declares it. */
export interface Operation {
  id: string;
  method: string;
  path: string;
  permission: null | "member" | "tenant" | "operator" | "publisher" | { action: string; subject: string };
  parameters: Parameter[];
  /** Whether it takes JSON. */
  hasBody: boolean;
  /** Statuses that the document knows. */
  statuses: number[];
}

interface DeclaredOperation {
  operationId: string;
  "x-permission": Operation["permission"];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, object> };
  responses: Record<string, object>;
}

/** Every operation of the API, from the document that the installation serves. */
export function listOperations({ http }: Pick<Installation, "http">): Operation[] {
  const { paths = {} } = openApiDocument(http.app, "test");
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, DeclaredOperation>).map(([method, declared]) => ({
      id: declared.operationId,
      method: method.toUpperCase(),
      path,
      permission: declared["x-permission"],
      parameters: declared.parameters ?? [],
      hasBody: declared.requestBody?.content["application/json"] !== undefined,
      statuses: Object.keys(declared.responses).map(Number),
    })),
  );
}

/** Values for the path's parameters; what is not given becomes an id of the right kind that nobody has. */
export function fillPath(operation: Operation, values: Record<string, string> = {}): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? absent(operation, name)),
  );
}

/** Queries without which the operation answers 422. */
export function requiredQuery(operation: Operation): string {
  if (operation.id === "uploadAudienceFile") return "?name=list.csv";
  if (operation.id === "getListingFile") return "?path=plugin.js";
  return operation.path.startsWith("/v1/statistics/") ? "?from=2026-01-01&to=2026-01-31" : "";
}

const PREFIXED = /^\^(\w+)_/;

function absent(operation: Operation, name: string): string {
  const schema = operation.parameters.find((one) => one.in === "path" && one.name === name)?.schema;
  const prefix = PREFIXED.exec(schema?.pattern ?? "")?.[1];
  const words: Record<string, string> = {
    number: "999",
    kind: "sms",
    on: "2026-01-01",
    keyId: "0".repeat(16),
    sha256: "0".repeat(64),
  };
  if (prefix === undefined) return words[name] ?? "nobody-has-this-id";
  const digits = createHash("sha256").update(operation.id).digest("hex");
  return `${prefix}_0${digits.slice(0, prefix === "dlv" ? 12 : 25)}`;
}
