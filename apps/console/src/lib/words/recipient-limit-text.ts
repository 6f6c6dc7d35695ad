import { m } from "#messages";
import type { Plugin } from "../api/client.ts";
import { formatNumber } from "../format/numbers.ts";

export type RecipientLimit = Plugin["limits"]["perRecipient"][number];

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

function windowText(seconds: number): string {
  if (seconds === MINUTE) return m.limit_every_minute();
  if (seconds === HOUR) return m.limit_every_hour();
  if (seconds === DAY) return m.limit_every_day();
  return m.limit_every_seconds({ seconds: formatNumber(seconds) });
}

/** 每分钟最多 30 条 */
export const recipientLimitText = ({ messages, seconds }: RecipientLimit): string =>
  m.limit_text({ window: windowText(seconds), count: formatNumber(messages) });

const CODE = /^(\d+)\/(\d+)$/;

/** A limit as a delivery's reason names it: `30/60`. */
export function readRecipientLimit(code: string): RecipientLimit | undefined {
  const [, messages, seconds] = CODE.exec(code) ?? [];
  return messages && seconds ? { messages: Number(messages), seconds: Number(seconds) } : undefined;
}

/** Why a delivery waits; the limit is known while it does. */
export function waitingForRoomText(code: string | null): string {
  const limit = readRecipientLimit(code ?? "");
  return limit
    ? m.deliveries_reason_recipient_limit_named({ limit: recipientLimitText(limit) })
    : m.deliveries_reason_recipient_limit();
}
