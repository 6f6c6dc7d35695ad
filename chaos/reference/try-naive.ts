import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DeliveryRow } from "../checker/facts.ts";
import { judge, type Verdict } from "../checker/verdict.ts";
import { readVendorLog } from "../evidence.ts";
import { Random } from "../random.ts";
import { Program } from "../stage/program.ts";

const GIVE_UP_MS = 120_000;

/** Runs the naive sender against the same vendor, kills it now and then, and hands it to the same checker. */
export async function tryNaiveSender(recipients: number, seed: number): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-chaos-naive-"));
  const at = (name: string) => join(folder, name);
  const list = Array.from({ length: recipients }, (_, number) => `n-${number * 10}`);
  await writeFile(at("list"), list.join("\n"));
  const vendor = new Program({
    name: "vendor",
    program: "vendor",
    settings: { logFile: at("vendor.jsonl"), seed, faultShare: 0.12 },
    logFile: at("vendor.log"),
  });
  try {
    const { port } = await vendor.ready;
    const settings = {
      listFile: at("list"),
      doneFile: at("done"),
      url: `http://127.0.0.1:${port}/naive/plain`,
    };
    await runKilled(settings, at("naive.log"), new Random(seed));
    const done = new Set(existsSync(at("done")) ? (await readFile(at("done"), "utf8")).split("\n") : []);
    const row = (address: string): DeliveryRow => ({
      ref: `naive-${address}`,
      messageId: "naive",
      address,
      step: 0,
      channel: "plain",
      state: done.has(address) ? "accepted" : "ready",
      reason: null,
    });
    return judge({
      accepted: [
        {
          mark: "naive",
          messageId: "naive",
          otherIds: [],
          recipients: list,
          channels: ["plain"],
          isCancelled: false,
        },
      ],
      books: { deliveries: list.map(row), messageIds: ["naive"], breaches: {} },
      vendor: await readVendorLog(at("vendor.jsonl")),
    });
  } finally {
    await vendor.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runKilled(settings: object, logFile: string, random: Random): Promise<void> {
  const sender = new Program({ name: "naive", program: "naive-sender", settings, logFile });
  const giveUpAt = performance.now() + GIVE_UP_MS;
  let isDone = false;
  while (!isDone && performance.now() < giveUpAt) {
    const finished = sender.ready.then(() => "done");
    const pause = delay(random.between(500, 1_500)).then(() => "kill");
    isDone = (await Promise.race([finished, pause])) === "done";
    if (!isDone) sender.kill();
  }
  await sender.stop();
}
