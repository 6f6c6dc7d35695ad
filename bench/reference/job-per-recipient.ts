import { Queue, Worker } from "bullmq";
import { recipient } from "../notice.ts";
import { readSettings, tell } from "../programs/parent.ts";
import { openDatabase } from "./database.ts";
import { fillNotice } from "./fill.ts";

/** The usual architecture: one BullMQ job for each recipient, which reads its row, sends and writes the outcome. */
const AT_ONCE = 50;

interface Settings {
  url: string;
  databaseUrl: string;
  redisUrl: string;
  users: number;
}

const { url, databaseUrl, redisUrl, users } = readSettings<Settings>();
const sql = openDatabase(databaseUrl, 20);
await sql`drop table if exists reference_deliveries`;
await sql`create table reference_deliveries (id int primary key, address text not null, state text not null)`;
const recipients = Array.from({ length: users }, (_, index) => recipient(index + 1));

async function send(number: number): Promise<void> {
  const [row] = await sql<
    { address: string }[]
  >`select address from reference_deliveries where id = ${number}`;
  const one = recipient(number);
  const message = { ref: one.id, to: row?.address ?? "", ...fillNotice(one) };
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages: [message] }),
  });
  await response.json();
  const state = response.ok ? "sent" : "failed";
  await sql`update reference_deliveries set state = ${state} where id = ${number}`;
}

const options = { connection: { url: redisUrl, maxRetriesPerRequest: null }, prefix: "reference" };
const queue = new Queue("recipients", options);
const startedAt = performance.now();
for (let from = 0; from < users; from += 1000) {
  const some = recipients
    .slice(from, from + 1000)
    .map(({ address }, index) => ({ number: from + index + 1, address }));
  await sql`
    insert into reference_deliveries (id, address, state)
    select number, address, 'ready'
    from unnest(${some.map(({ number }) => number)}::int[], ${some.map(({ address }) => address)}::text[]) as t(number, address)`;
  await queue.addBulk(some.map(({ number }) => ({ name: "send", data: { number } })));
}
let done = 0;
await new Promise<void>((resolve, reject) => {
  const worker = new Worker<{ number: number }>("recipients", ({ data }) => send(data.number), {
    ...options,
    concurrency: AT_ONCE,
  });
  worker.on("completed", () => {
    done++;
    if (done === users) worker.close().then(resolve, reject);
  });
  worker.on("failed", (_, error) => reject(error));
});
const tookMs = performance.now() - startedAt;
const [{ sent } = { sent: 0 }] = await sql<{ sent: number }[]>`
  select count(*)::int as sent from reference_deliveries where state = 'sent'`;
tell({ sent, tookMs });
await queue.close();
await sql.end();
process.disconnect();
