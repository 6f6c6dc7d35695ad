import { randomBytes } from "node:crypto";
import { makeEnvelopeKey } from "@tidings/sdk/testing";

/** The one service account of the simulated vendor. Its keys are made up for each start. */
export interface Account {
  appId: string;
  appSecret: string;
  /** How pushes name the account. */
  originalId: string;
  pushToken: string;
  encodingAesKey: string;
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

/** What a user's OpenID says about them by how it ends; this is what tests choose it for. */
export type Relation = "follower" | "stranger" | "invalid" | "blocking" | "unlucky";

export function relationOf(openId: string): Relation {
  if (!/^[A-Za-z0-9_-]{10,64}$/.test(openId) || openId.endsWith("gone")) return "invalid";
  if (openId.endsWith("left")) return "stranger";
  if (openId.endsWith("block")) return "blocking";
  return openId.endsWith("fail") ? "unlucky" : "follower";
}
