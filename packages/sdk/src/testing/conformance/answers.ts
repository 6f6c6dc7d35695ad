import type { Answer } from "../conversation.ts";

const json = { "content-type": "application/json" };
/** Answers of which nothing can be learnt but that something went wrong. */
export const FAULTS: Record<string, Answer> = {
  "401": { status: 401, headers: {}, body: "" },
  "302": { status: 302, headers: { location: "/" }, body: "" },
  "429": { status: 429, headers: { "retry-after": "3" }, body: "" },
  "500": { status: 500, headers: {}, body: "oops" },
  "503": { status: 503, headers: {}, body: "" },
  not_sent: { error: "not_sent", detail: "refused" },
  blocked: { error: "blocked", detail: "private" },
  ambiguous: { error: "ambiguous", detail: "timeout" },
};

/** Answers that look like success and are none of the vendor's. */
export const ODD_ANSWERS: Record<string, Answer> = {
  "200 with garbage": { status: 200, headers: {}, body: "<html>\u0000" },
  "200 with null": { status: 200, headers: json, body: "null" },
  "200 with an empty object": { status: 200, headers: json, body: "{}" },
  "400 with noise": { status: 400, headers: json, body: "x\u0000\ud800".repeat(100_000) },
};
