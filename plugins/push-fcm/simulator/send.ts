import { randomInt } from "node:crypto";
import type { Inbox, WindowCount } from "@tidings/sdk/testing";
import type { Account } from "./account.ts";
import { answer, refuse, refuseCaller, type VendorAnswer } from "./answers.ts";
import { fateOf } from "./devices.ts";
import type { SimulatedNotification } from "./notification.ts";
import { readPayload } from "./payload.ts";

export interface SendDeps {
  account: Account;
  inbox: Inbox<SimulatedNotification>;
  /** Messages to one device a minute. */
  deviceMinutes: WindowCount;
}

const DEVICE_PAUSE_SECONDS = 60;

/** Takes or refuses one message; with `validate_only` it goes nowhere. */
export function send(
  { account, inbox, deviceMinutes }: SendDeps,
  projectId: string,
  fields: Record<string, unknown>,
  now: number,
): VendorAnswer {
  if (projectId !== account.projectId) {
    return refuseCaller(403, "PERMISSION_DENIED", `Permission denied on resource project ${projectId}.`);
  }
  const payload = readPayload(fields.message);
  if ("status" in payload) return payload;
  const { token, title, body, data, priority } = payload;
  const fate = token === undefined ? undefined : fateOf(token);
  if (fate) return refuse(fate);
  const name = `projects/${projectId}/messages/`;
  if (fields.validate_only === true || token === undefined) return answer({ name: `${name}fake_message_id` });
  if (!deviceMinutes.allows(token, now)) {
    return refuse("QUOTA_EXCEEDED", "Device message rate exceeded", DEVICE_PAUSE_SECONDS);
  }
  const text = title ? `${title}\n${body}` : body;
  inbox.add([{ to: token, text, at: now, title, body, data, priority }]);
  return answer({ name: `${name}0:${now}${randomInt(1000)}%${randomInt(2 ** 32).toString(16)}` });
}
