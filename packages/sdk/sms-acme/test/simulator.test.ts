import type { OutboundMessage, PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, runBatch, runVerify, type Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

/** A host in small: authenticates a request, sends it and tells answers from faults of the transport. */
async function call(request: PlannedRequest, apiKey = simulator.settings.apiKey): Promise<Answer> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, authorization: `Bearer ${apiKey}` },
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

const settings = () => ({ endpoint: simulator.settings.endpoint ?? "" });

async function send(address = "user-1") {
  const message: OutboundMessage = { ref: "dlv_1", address, content: { text: "明天放假" }, variables: {} };
  const batch = {
    batchRef: "bat_1",
    messages: [message],
    settings: settings(),
    now: Date.now(),
    seed: "5eed",
  };
  const [result] = await runBatch(plugin, batch, (request) => call(request));
  return result;
}

test("hands a message over", async () => {
  expect(await send()).toMatchObject({ ref: "dlv_1", status: "accepted" });
  expect(simulator.received()).toMatchObject([{ to: "user-1", text: "明天放假", ref: "dlv_1" }]);
});

test("reads what the vendor refuses", async () => {
  expect(await send("nobody")).toMatchObject({ status: "rejected", code: "unknown_recipient" });
  simulator.misbehave("busy", 1);
  expect(await send()).toMatchObject({ status: "throttled", retryAfterMs: 1000 });
});

test.each(["drop", "hang"] as const)("does not know what came of a call that ends with %s", async (fault) => {
  simulator.misbehave(fault, 1);
  expect(await send()).toMatchObject({ status: "unknown" });
});

test("proves the right key and no other", async () => {
  const input = { settings: settings(), now: 0, seed: "5eed" };
  expect(await runVerify(plugin, input, (request) => call(request))).toEqual({ ok: true });
  expect(await runVerify(plugin, input, (request) => call(request, "wrong"))).toMatchObject({ ok: false });
});
