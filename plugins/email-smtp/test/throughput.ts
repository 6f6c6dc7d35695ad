// How many mails a second the pool sends: npx tsx plugins/email-smtp/test/throughput.ts [mails] [connections]
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { startSimulator } from "../simulator/index.ts";
import { open } from "../src/plugin.ts";
import { KEY, makeBatch, makeMail } from "./messages.ts";

const count = Number(process.argv[2] ?? 5000);
const concurrency = Number(process.argv[3] ?? 20);

const bare = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  disableReverseLookup: true,
  onData: (stream, _session, done) => {
    stream.resume().once("end", () => done());
  },
});
bare.listen(0, "127.0.0.1");
await once(bare.server, "listening");
await measure("bare sink", { port: (bare.server.address() as AddressInfo).port, username: "" }, "");
bare.close();

const simulator = await startSimulator();
const { password, ...settings } = simulator.settings;
await measure("simulator, which parses each mail", settings, String(password));
await simulator.close();

async function measure(label: string, change: Record<string, string | number | boolean>, password: string) {
  const session = open({
    settings: { host: "127.0.0.1", encryption: "none", fromAddress: "notice@school.example", ...change },
    secrets: { password },
    key: KEY,
    limits: { concurrency, timeoutMs: 10_000 },
    resolve: async (host) => host,
  });
  await session.send(makeBatch(Array.from({ length: 200 }, (_, index) => makeMail(index))));
  const messages = Array.from({ length: count }, (_, index) => makeMail(index));
  const startedAt = performance.now();
  const results = await session.send(makeBatch(messages));
  const seconds = (performance.now() - startedAt) / 1000;
  const sentCount = results.filter((result) => result.status === "accepted").length;
  console.log(
    `${label}: ${Math.round(sentCount / seconds)} mails/s (${sentCount} of ${count}, ${concurrency} connections)`,
  );
  await session.close();
}
