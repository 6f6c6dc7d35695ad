import { startScratchRedis } from "../../chaos/stage/redis.ts";
import type { Comparison, Measurement } from "../rounds.ts";
import { resetMessages } from "../scratch/database.ts";
import { type Program, startProgram } from "../scratch/process.ts";
import { workerdOf } from "../scratch/processes.ts";
import {
  assertBooked,
  assertReceived,
  measureSending,
  runReference,
  type Sending,
  tagged,
} from "./sending.ts";
import { type Stage, vendorUrl, withServer, withVendor } from "./stage.ts";

/** Deliveries a second of a broadcast, from the request to the last row ÷ a plain loop that keeps nothing. */
export function batchRow(stage: Stage): Comparison {
  const { users } = stage.size;
  return {
    name: "batch",
    title: "Broadcast, end to end ÷ plain fetch loop",
    unit: "deliveries/s",
    target: 0.6,
    measureReference: () =>
      withVendor(stage, 0, async (vendor) => {
        const url = `${vendorUrl(stage.vendorPort)}/batch`;
        const measured = await runReference("plain-fetch-batch.ts", { url, users });
        await assertReceived(vendor, users);
        return measured;
      }),
    measureProduct: () => withVendor(stage, 0, (vendor) => broadcast(stage, vendor)),
  };
}

/** The same for a vendor that takes one message a call. */
export function singleRow(stage: Stage): Comparison {
  const users = stage.size.singleUsers;
  return {
    name: "single",
    title: "One request per message, end to end ÷ plain fetch loop",
    unit: "deliveries/s",
    target: 4,
    measureReference: () =>
      withVendor(stage, 0, async (vendor) => {
        const url = `${vendorUrl(stage.vendorPort)}/send`;
        const measured = await runReference("plain-fetch.ts", { url, users });
        await assertReceived(vendor, users);
        return measured;
      }),
    measureProduct: () =>
      withVendor(stage, 0, (vendor) =>
        send(stage, vendor, { audience: tagged("single"), channel: "single", users }),
      ),
  };
}

/** The same vendor through a plugin in the sandbox ÷ the plugin in the server's process. */
export function sandboxRow(stage: Stage): Comparison {
  const users = stage.size.singleUsers;
  const measure = (isSealed: boolean) =>
    withVendor(stage, 0, (vendor) =>
      send(stage, vendor, { audience: tagged("single"), channel: "single", users }, { isSealed }),
    );
  return {
    name: "sandbox",
    title: "One request per message from a sealed plugin ÷ the same in process",
    unit: "deliveries/s",
    target: 0.6,
    measureReference: () => measure(false),
    measureProduct: () => measure(true),
  };
}

/** Mails a second ÷ nodemailer with a pool. */
export function mailRow(stage: Stage): Comparison {
  const users = stage.size.mailUsers;
  return {
    name: "mail",
    title: "Mails over SMTP, end to end ÷ nodemailer's pool",
    unit: "mails/s",
    target: 4,
    measureReference: () =>
      withMailSink(stage, async (sink) => {
        const measured = await runReference("plain-nodemailer.ts", { port: stage.mailPort, users });
        await assertReceived(sink, users);
        return measured;
      }),
    measureProduct: () =>
      withMailSink(stage, (sink) => send(stage, sink, { audience: tagged("mail"), channel: "mail", users })),
  };
}

/** A broadcast ÷ the architecture that makes one queue job for each recipient, with the same durability. */
export function jobsRow(stage: Stage): Comparison {
  return {
    name: "jobs",
    title: "Broadcast, end to end ÷ one BullMQ job per recipient",
    unit: "deliveries/s",
    target: 40,
    measureReference: () =>
      withVendor(stage, 0, async (vendor) => {
        const redis = await startScratchRedis(stage.database.folder);
        try {
          const users = stage.size.jobUsers;
          const measured = await runReference("job-per-recipient.ts", {
            url: `${vendorUrl(stage.vendorPort)}/batch`,
            databaseUrl: stage.database.url,
            redisUrl: redis.url,
            users,
          });
          await assertReceived(vendor, users);
          return measured;
        } finally {
          await redis.stop();
        }
      }),
    measureProduct: () => withVendor(stage, 0, (vendor) => broadcast(stage, vendor)),
  };
}

/** A broadcast to everybody, whose books are compared with the vendor's unless nothing was counted. */
export const broadcast = (stage: Stage, vendor: Program, books = { isCounted: true }) =>
  send(stage, vendor, { audience: { kind: "all" }, users: stage.size.users }, books);

async function send(
  stage: Stage,
  receiver: Program,
  sending: Sending & { users: number },
  { isCounted = true, isSealed = false }: { isCounted?: boolean; isSealed?: boolean } = {},
): Promise<Measurement> {
  await resetMessages(stage.database);
  const measure = async (server: Program) => {
    const { message, ...measured } = await measureSending(stage, server, receiver, sending);
    if (isCounted) await assertBooked(stage, message, sending.users);
    if (isSealed && workerdOf(server.pid) === undefined) throw new Error("void: the server has no sandbox");
    return measured;
  };
  return withServer(stage, "all", measure, { isQuiet: !isCounted, isSealed });
}

async function withMailSink<T>(stage: Stage, work: (sink: Program) => Promise<T>): Promise<T> {
  const sink = await startProgram("programs/mail-sink.ts", { port: stage.mailPort });
  try {
    return await work(sink);
  } finally {
    await sink.stop();
  }
}
