import type { SimulatedMessage } from "@tidings/sdk/testing";

/** A message at one user's. */
export interface SimulatedNotice extends SimulatedMessage {
  msgid: string;
  /** What a click opens: a link, or a page of a mini program. */
  link: string;
  state: "arrived" | "blocked" | "failed";
}
