import { randomBytes, randomInt } from "node:crypto";

/** The one app of the simulated vendor. Its keys are made up for each start. */
export interface VendorApp {
  appKey: string;
  appSecret: string;
  agentId: number;
}

export function openApp(): VendorApp {
  return {
    appKey: `ding${randomBytes(8).toString("hex")}`,
    appSecret: randomBytes(32).toString("base64url"),
    agentId: randomInt(1_000_000_000, 3_000_000_000),
  };
}

/** What a user id stands for, by how it ends: this is what tests choose it for. */
export function membershipOf(userId: string): "member" | "unknown" | "failing" | "protected" {
  if (!/^[A-Za-z0-9_.@-]{1,64}$/.test(userId) || userId.endsWith("-gone")) return "unknown";
  if (userId.endsWith("-failing")) return "failing";
  return userId.endsWith("-boss") ? "protected" : "member";
}
