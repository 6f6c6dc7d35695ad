import { within } from "../../faults/index.ts";
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

const NAMED = {
  "200 with garbage": "on_garbage",
  "200 with null": "on_null",
  "200 with an empty object": "on_empty_object",
  "400 with noise": "on_noise",
  not_sent: "on_not_sent",
  blocked: "on_blocked",
  "no access token": "on_no_token",
  ambiguous: "on_ambiguous",
} as const;

const isNamed = (name: string): name is keyof typeof NAMED => Object.hasOwn(NAMED, name);

/** Says of a fault on which of the answers it was found. */
export const onAnswer = (name: string) =>
  isNamed(name) ? within(NAMED[name]) : within("on_status", { status: name });
