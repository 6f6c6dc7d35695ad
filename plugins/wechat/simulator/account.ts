import { randomBytes } from "node:crypto";
import { makeEnvelopeKey, type PushingAccount } from "@tidings/sdk/testing";

/** The one account of the simulated vendor. Its keys are made up for each start. */
export interface Account extends PushingAccount {
  appSecret: string;
}

export function openAccount(): Account {
  return {
    appId: `wx${randomBytes(8).toString("hex")}`,
    appSecret: randomBytes(16).toString("hex"),
    originalId: `gh_${randomBytes(6).toString("hex")}`,
    pushToken: randomBytes(12).toString("hex"),
    encodingAesKey: makeEnvelopeKey(),
  };
}
