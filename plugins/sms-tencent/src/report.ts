import { readText } from "@tidings/sdk/plugin";

/** What the carrier says in the end, in the words of a push and of an answer alike. */
const REPORT_TYPES = new Map<unknown, "delivered" | "undelivered">([
  ["SUCCESS", "delivered"],
  ["FAIL", "undelivered"],
]);

export interface Report {
  serialNo: string;
  type: "delivered" | "undelivered";
  /** The same for a report that is pushed twice, and for one that is pushed and asked for. */
  eventId: string;
}

/** Reads the two fields that every report needs. */
export function readReport(serialNo: unknown, status: unknown): Report | undefined {
  const id = readText(serialNo, 128);
  const type = REPORT_TYPES.get(status);
  return id && type ? { serialNo: id, type, eventId: `${id}:${type}` } : undefined;
}
