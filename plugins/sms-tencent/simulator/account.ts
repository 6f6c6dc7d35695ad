import { randomBytes, randomInt } from "node:crypto";
import type { SimulatedMessage } from "@tidings/sdk/testing";

/** The one account of the simulated vendor, with one application. Keys and IDs are made up for each start. */
export interface Account {
  secretId: string;
  secretKey: string;
  sdkAppId: string;
  signName: string;
}

export function openAccount(): Account {
  return {
    secretId: `AKID${randomBytes(16).toString("hex")}`,
    secretKey: randomBytes(16).toString("hex"),
    sdkAppId: `1400${randomInt(100_000, 999_999)}`,
    signName: "知行学校",
  };
}

/** A text message on its way to a phone. */
export interface SimulatedSms extends SimulatedMessage {
  /** The same as `to`, in parts as reports have it. */
  countryCode: string;
  number: string;
  serialNo: string;
  session: string;
  report: "delivered" | "undelivered" | "none";
  /** What the carrier says: a code and a sentence. */
  word: { code: string; text: string };
}
