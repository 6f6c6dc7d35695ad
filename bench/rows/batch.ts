import { setTimeout as delay } from "node:timers/promises";
import { toUuid } from "@tidings/db";
import { NOTICE_VARIABLES, userId } from "../notice.ts";
import type { Row } from "../rounds.ts";
import { resetMessages } from "../scratch/database.ts";
import { type Program, runProgram, startProgram } from "../scratch/process.ts";
import { type Stage, startMeter, startServer, vendorUrl } from "./stage.ts";

const POLL_MS = 10;
const PATIENCE_MS = 300_000;
const WARM_UP_USERS = 1_000;

/** Deliveries a second of a broadcast, from the request to the last row ÷ a plain loop that keeps nothing. */
export function batchRow(stage: Stage): Row {
  return {
    name: "batch",
    title: "Broadcast, end to end ÷ plain fetch loop",
    unit: "deliveries/s",
    target: 0.4,
    measureReference: () =>
      withVendor(stage, async (vendor) => {
        const { sent, tookMs } = await runProgram<{ sent: number; tookMs: number }>(
          "reference/plain-fetch-batch.ts",
          { url: vendorUrl(stage.vendorPort), users: stage.users },
        );
        await assertReceived(vendor, stage.users);
        if (sent !== stage.users) throw new Error(`void: the plain loop counted ${sent} of ${stage.users}`);
        return { perSecond: (stage.users / tookMs) * 1000 };
      }),
    measureProduct: () =>
      withVendor(stage, async (vendor) => {
        await resetMessages(stage.database);
        const server = await startServer(stage, "all");
        try {
          return await broadcast(stage, server, vendor);
        } finally {
          await server.stop();
        }
      }),
  };
}

async function withVendor<T>(stage: Stage, work: (vendor: Program) => Promise<T>): Promise<T> {
  const vendor = await startProgram("programs/vendor.ts", { port: stage.vendorPort, latencyMs: 0 });
  try {
    return await work(vendor);
  } finally {
    await vendor.stop();
  }
}

async function broadcast(stage: Stage, server: Program, vendor: Program) {
  const some = Array.from({ length: WARM_UP_USERS }, (_, index) => userId(index + 1));
  await sendAndWait(stage, { kind: "users", userIds: some });
  await assertReceived(vendor, WARM_UP_USERS);
  await vendor.ask("forget");
  const readMeter = startMeter(stage, server);
  const startedAt = performance.now();
  const messageId = await sendAndWait(stage, { kind: "all" });
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = readMeter(stage.users);
  await assertReceived(vendor, stage.users);
  await assertBooked(stage, messageId);
  return { perSecond: stage.users / seconds, ...cpu };
}

/** Sends a message and waits until it is complete: every delivery has its outcome in the database. */
async function sendAndWait(stage: Stage, audience: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${stage.serverPort}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.seeded.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      audience,
      channels: ["bench"],
      template: "bench-notice",
      variables: NOTICE_VARIABLES,
    }),
  });
  const { id } = (await response.json()) as { id?: string };
  if (response.status !== 202 || !id) throw new Error(`the message was answered with ${response.status}`);
  const message = toUuid("message", id);
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await isComplete(stage, message))) {
    if (performance.now() > giveUpAt) throw new Error("void: the message did not complete");
    await delay(POLL_MS);
  }
  return message;
}

async function isComplete({ database }: Stage, message: string): Promise<boolean> {
  const [row] = await database.run(
    (sql) => sql<{ state: string }[]>`select state from messages where id = ${message}`,
  );
  return row?.state === "completed";
}

async function assertReceived(vendor: Program, expected: number): Promise<void> {
  const { received, distinct } = await vendor.ask<{ received: number; distinct: number }>("report");
  if (received !== expected || distinct !== expected) {
    throw new Error(
      `void: the vendor got ${received} messages, ${distinct} of them distinct, not ${expected}`,
    );
  }
}

/** The rows and the statistics (roll-up and what is not yet rolled up) say the same as the vendor. */
async function assertBooked({ database, users }: Stage, message: string): Promise<void> {
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
