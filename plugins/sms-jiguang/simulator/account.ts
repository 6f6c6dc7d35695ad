import { randomBytes, randomInt } from "node:crypto";
import type { SimulatedMessage } from "@tidings/sdk/testing";

/** The one app of the simulated vendor. Keys and IDs are made up for each start. */
export interface Account {
  appKey: string;
  masterSecret: string;
  signId: number;
  signature: string;
}

export function openAccount(): Account {
  const makeKey = () => randomBytes(12).toString("hex");
  return { appKey: makeKey(), masterSecret: makeKey(), signId: randomInt(100, 9999), signature: "知行学校" };
}

/** A text message on its way to a phone. */
export interface SimulatedSms extends SimulatedMessage {
  messageId: string;
  /** What the carrier says; undefined: nothing ever. */
  report: number | undefined;
}
