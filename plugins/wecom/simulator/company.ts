import { randomBytes } from "node:crypto";
import { Inbox, type SimulatedMessage } from "@tidings/sdk/testing";

/** The one company of the simulated vendor, with its one app. The secret is made up for each start. */
export interface Company {
  corpId: string;
  agentId: number;
  secret: string;
  appName: string;
}

export function openCompany(): Company {
  return {
    corpId: `ww${randomBytes(8).toString("hex")}`,
    agentId: 1_000_002,
    secret: randomBytes(32).toString("base64url"),
    appName: "校园通知",
  };
}

/** A message at one member's. */
export interface SimulatedNotice extends SimulatedMessage {
  msgid: string;
  msgtype: string;
  /** Where a card leads. */
  url: string;
  /** `dropped`: above the member's limit, which the sender is not told. */
  state: "arrived" | "dropped" | "recalled";
}

/** What was sent. */
export class NoticeInbox extends Inbox<SimulatedNotice> {
  listOf(msgid: string): SimulatedNotice[] {
    return this.messages.filter((notice) => notice.msgid === msgid);
  }
}

/** Whether a user id belongs to a member, by how it ends: this is what tests choose it for. */
export function membershipOf(userId: string): "member" | "unknown" | "unlicensed" {
  if (!/^[a-z0-9][a-z0-9_.@-]{0,63}$/.test(userId) || userId.endsWith("-gone")) return "unknown";
  return userId.endsWith("-guest") ? "unlicensed" : "member";
}
