import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { bundleOf } from "../bundle.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { startSandboxProcess } from "./sandbox-process.ts";

const MAIN = fileURLToPath(new URL("./main.mjs", import.meta.url));
const SPIN = bundleOf("evil/plugin", "export const plan = () => { for (;;); };");

const childrenOf = ({ pid }: ChildProcess) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("answers nobody who does not know its token", async () => {
  const child = fork(MAIN, { env: {} });
  const [{ origin, token }] = await once(child, "message");
  const statusOf = async (path: string, init: RequestInit) => (await fetch(`${origin}${path}`, init)).status;
  const strangers: Record<string, string>[] = [{}, { authorization: "Bearer guess" }];
  for (const headers of strangers) {
    expect(await statusOf("/beat", { headers })).toBe(403);
    expect(await statusOf("/bundles/hash", { headers, method: "PUT", body: "code" })).toBe(403);
    expect(await statusOf("/calls/hash/ten_a/plan", { headers, method: "POST", body: "{}" })).toBe(403);
  }
  expect(await statusOf("/beat", { headers: { authorization: `Bearer ${token}` } })).toBe(204);
  child.disconnect();
  await once(child, "exit");
});

it.runIf(process.platform === "linux")("has nothing of this process' environment", async () => {
  process.env.SANDBOX_TEST_SECRET = "secret";
  const started = await startSandboxProcess(DEFAULT_LIMITS);
  const own = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
  const environments = own.flatMap((pid) => [pid, ...grandchildren(pid)]).map(environmentOf);
  await started.kill();
  delete process.env.SANDBOX_TEST_SECRET;
  expect(environments.length).toBeGreaterThan(1);
  expect(environments.join("\n")).not.toContain("SANDBOX_TEST_SECRET");
});

const grandchildren = (pid: string) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
const environmentOf = (pid: string) => readFileSync(`/proc/${pid}/environ`, "utf8");

it("is killed with all it has started, also while a plugin holds its thread", async () => {
  const started = await startSandboxProcess(DEFAULT_LIMITS);
  const call = { bundle: SPIN, scope: "ten_a", name: "plan", input: Buffer.from("{}") };
  const answer = started.call(call, new AbortController().signal).catch(() => "lost");
  const beatsNow = () => Promise.race([started.beat().then(() => true), delay(100, false)]);
  await expect.poll(beatsNow, { timeout: 5_000 }).toBe(false);
  await started.kill();
  expect(await answer).toBe("lost");
  await expect(started.beat()).rejects.toThrow();
});

it.runIf(process.platform === "linux")("ends with the process that started it", async () => {
  const child = fork(MAIN, { env: {} });
  await once(child, "message");
  const workers = childrenOf(child);
  expect(workers.every(isAlive)).toBe(true);
  child.disconnect();
  await once(child, "exit");
  await expect.poll(() => workers.some(isAlive), { timeout: 5_000 }).toBe(false);
});

it("says why it cannot be started", async () => {
  await expect(startSandboxProcess({ ...DEFAULT_LIMITS, dataBytes: 8 * 1024 * 1024 })).rejects.toThrow(
    "ended",
  );
});
