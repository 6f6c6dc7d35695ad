import { Registry } from "prom-client";
import { afterEach, expect, it } from "vitest";
import { operationsRoutes } from "./http/operations.ts";
import { createLogger } from "./logger.ts";
import { createLoopWatch } from "./loop-watch.ts";
import { type Loop, type RunningLoop, startLoop } from "./loops.ts";

let nowMs = 0;
let running: RunningLoop[] = [];
let release = () => {};
afterEach(async () => {
  release();
  await Promise.all(running.map((loop) => loop.stop()));
  running = [];
});

function watched(run: Loop["run"], name: string) {
  const loop = startLoop({ name, idleMs: 3_600_000, run }, createLogger("silent"), () => nowMs);
  running.push(loop);
  return loop;
}

const health = async (hung: () => string[]) => {
  const routes = operationsRoutes({ probes: {}, metrics: new Registry(), isAccepting: () => true, hung });
  const answer = await routes.request("/health");
  return { status: answer.status, body: await answer.json() };
};

it("calls a process unhealthy in which a loop hangs, and no other", async () => {
  const watch = createLoopWatch();
  const hanging = new Promise<boolean>((resolve) => {
    release = () => resolve(false);
  });
  watch.add(watched(() => hanging, "hanging"));
  watch.add(watched(async () => false, "resting"));
  watch.add(watched(async () => Promise.reject(new Error("no database")), "failing"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await health(watch.hung)).toEqual({ status: 200, body: { status: "ok" } });
  nowMs += 299_000;
  expect(watch.hung()).toEqual([]);
  nowMs += 2_000;
  expect(watch.ages()).toEqual(
    new Map([
      ["hanging", 301_000],
      ["resting", 0],
      ["failing", 0],
    ]),
  );
  expect(await health(watch.hung)).toEqual({ status: 503, body: { status: "hung", hung: ["hanging"] } });
});

it("calls a process healthy again whose round has ended after all", async () => {
  const watch = createLoopWatch();
  const slow = new Promise<boolean>((resolve) => {
    release = () => resolve(false);
  });
  watch.add(watched(() => slow, "slow"));
  nowMs += 400_000;
  expect(watch.hung()).toEqual(["slow"]);
  release();
  await slow;
  await new Promise((resolve) => setImmediate(resolve));
  expect(watch.hung()).toEqual([]);
});
