import { setTimeout as delay } from "node:timers/promises";
import { toUuid } from "@tidings/db";
import { NOTICE_VARIABLES, userId } from "../notice.ts";
import type { VendorReport } from "../programs/vendor.ts";
import type { Measurement } from "../rounds.ts";
import { type Program, runProgram } from "../scratch/process.ts";
import type { SeededTenant } from "../scratch/seed.ts";
import { type Stage, startMeter } from "./stage.ts";

const POLL_MS = 25;
const PATIENCE_MS = 300_000;
const WARM_UP_USERS = 1_000;

export interface Sending {
  tenant?: SeededTenant;
  audience: object;
  channel?: string;
  /** Further fields of the request. */
  options?: object;
}

export const tagged = (tag: string) => ({ kind: "tags", any: [tag] });

interface ReferenceSettings extends Record<string, string | number> {
  users: number;
}

/** Runs a plain program that says how many it sent and how long it took. */
export async function runReference(file: string, settings: ReferenceSettings): Promise<Measurement> {
  const { sent, tookMs } = await runProgram<{ sent: number; tookMs: number }>(`reference/${file}`, settings);
  if (sent !== settings.users) throw new Error(`void: ${file} sent ${sent} of ${settings.users}`);
  return { perSecond: (sent / tookMs) * 1000 };
}

/** Warms the server up with some users, then measures from the request to the last outcome in the database. */
export async function measureSending(
  stage: Stage,
  server: Program,
  receiver: Program,
  sending: Sending & { users: number },
): Promise<Measurement & { message: string }> {
  const some = Array.from({ length: WARM_UP_USERS }, (_, index) => userId(index + 1));
  await untilComplete(stage, await post(stage, { ...sending, audience: { kind: "users", userIds: some } }));
  await assertReceived(receiver, WARM_UP_USERS);
  await receiver.ask("forget");
  const readMeter = startMeter(stage, server);
  const startedAt = performance.now();
  const message = await post(stage, sending);
  await untilComplete(stage, message);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = readMeter(sending.users);
  await assertReceived(receiver, sending.users);
  return { perSecond: sending.users / seconds, ...cpu, message };
}

/** Submits a message; the answer is its id in the database. */
export async function post(stage: Stage, sending: Sending): Promise<string> {
  const { tenant = stage.seeded.tenant, audience, channel = "bench", options } = sending;
  const response = await fetch(`http://127.0.0.1:${stage.serverPort}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      audience,
      channels: [channel],
      template: "bench-notice",
      variables: NOTICE_VARIABLES,
      ...options,
    }),
  });
  const { id } = (await response.json()) as { id?: string };
  if (response.status !== 202 || !id) throw new Error(`the message was answered with ${response.status}`);
  return toUuid("message", id);
}

export async function untilComplete({ database }: Stage, message: string): Promise<void> {
  await until(async () => {
    const [row] = await database.run(
      (sql) => sql<{ state: string }[]>`select state from messages where id = ${message}`,
    );
    return row?.state === "completed";
  });
}

export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error("void: it did not come to its end");
    await delay(POLL_MS);
  }
}

export async function assertReceived(receiver: Program, expected: number): Promise<void> {
  const { received, distinct } = await receiver.ask<Pick<VendorReport, "received" | "distinct">>("report");
  if (received !== expected || distinct !== expected) {
    throw new Error(
      `void: the vendor got ${received} messages, ${distinct} of them distinct, not ${expected}`,
    );
  }
}

/** The rows and the statistics (roll-up and what is not yet rolled up) say the same as the vendor. */
export async function assertBooked({ database }: Stage, message: string, users: number): Promise<void> {
  const [booked] = await database.run(
    (sql) => sql<{ accepted: number; targeted: number; submitted: number }[]>`
      with counts as (
        select measure, count from message_totals where message_id = ${message}
        union all
        select measure, count from statistics_deltas where message_id = ${message}
      )
      select (select count(*)::int from deliveries
          where message_id = ${message} and state = 'accepted' and attempt_count = 1) as accepted,
        (select coalesce(sum(count), 0)::int from counts where measure = 'targeted') as targeted,
        (select coalesce(sum(count), 0)::int from counts where measure = 'submitted') as submitted`,
  );
  const all = booked && [booked.accepted, booked.targeted, booked.submitted];
  if (!all?.every((count) => count === users)) {
    throw new Error(`void: the vendor got ${users} messages, the database says ${JSON.stringify(booked)}`);
  }
}

/** Deliveries to send that the chunks cover. */
export async function countChunked({ database }: Stage): Promise<number> {
  const [row] = await database.run(
    (sql) => sql<{ rows: number }[]>`select coalesce(sum(delivery_count), 0)::int as rows from chunks`,
  );
  return row?.rows ?? 0;
}
