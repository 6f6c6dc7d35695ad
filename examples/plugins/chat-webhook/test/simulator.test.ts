import type { OutboundMessage, PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, runBatch, type Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

/** A host in small: authenticates a request, sends it and tells answers from faults of the transport. */
async function call(request: PlannedRequest, token: unknown): Promise<Answer> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, "x-robot-token": String(token) },
      body: request.body ?? null,
      signal: AbortSignal.timeout(500),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  } catch (error) {
    return { error: "ambiguous", detail: String(error) };
  }
}

async function send(address = "member-1", { token = simulator.settings.token, keyword = "通知" } = {}) {
  const content = { title: "放假", text: "明天放假" };
  const message: OutboundMessage = { ref: "dlv_1", address, content, variables: {} };
  const settings = { webhook: simulator.settings.webhook ?? "", keyword };
  const batch = { batchRef: "bat_1", messages: [message], settings, now: Date.now(), seed: "5eed" };
  const [result] = await runBatch(plugin, batch, (request) => call(request, token));
  return result;
}

test("speaks in the group, with the keyword, and mentions a member or everybody", async () => {
  expect(await send()).toEqual({ ref: "dlv_1", status: "accepted" });
  expect(await send("all")).toMatchObject({ status: "accepted" });
  expect(simulator.received()).toMatchObject([
    { to: "member-1", text: "通知\n放假\n明天放假" },
    { to: "all", text: "通知\n放假\n明天放假" },
  ]);
});

test("reads what the robot refuses", async () => {
  expect(await send("all", { keyword: "" })).toMatchObject({ status: "rejected", code: "content_refused" });
  expect(await send("all", { token: "wrong" })).toMatchObject({ status: "config", code: "robot_refuses" });
  simulator.misbehave("busy", 1);
  expect(await send()).toMatchObject({ status: "throttled", retryAfterMs: 1000 });
});

test.each(["drop", "hang"] as const)("does not know what came of a call that ends with %s", async (fault) => {
  simulator.misbehave(fault, 1);
  expect(await send()).toMatchObject({ status: "unknown" });
});
