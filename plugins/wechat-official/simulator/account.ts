import { randomBytes } from "node:crypto";

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
    encodingAesKey: makeAesKey(),
  };
}

/** Base64 of 32 bytes without its last sign, of letters and digits only, as the vendor's console makes them. */
function makeAesKey(): string {
  const key = randomBytes(32).toString("base64").slice(0, 43);
  return /^[A-Za-z0-9]+$/.test(key) ? key : makeAesKey();
}

/** What a user's OpenID says about them by how it ends; this is what tests choose it for. */
export type Relation = "follower" | "stranger" | "invalid" | "blocking" | "unlucky";

export function relationOf(openId: string): Relation {
  if (!/^[A-Za-z0-9_-]{10,64}$/.test(openId) || openId.endsWith("gone")) return "invalid";
  if (openId.endsWith("left")) return "stranger";
  if (openId.endsWith("block")) return "blocking";
  return openId.endsWith("fail") ? "unlucky" : "follower";
}
