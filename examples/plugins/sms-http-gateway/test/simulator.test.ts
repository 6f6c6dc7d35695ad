import type { OutboundMessage, PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, runBatch, runQuery, runVerify, type Simulator } from "@tidings/sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../simulator/index.ts";
import * as plugin from "../src/plugin.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ receiptDelayMs: 0 });
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

const settings = () => ({ endpoint: simulator.settings.endpoint ?? "", signature: "示例学校" });

function send(...addresses: string[]) {
  const messages = addresses.map((address, index): OutboundMessage => {
    return { ref: `dlv_${index}`, address, content: { text: "明天放假" }, variables: {} };
  });
  const batch = { batchRef: "bat_1", messages, settings: settings(), now: Date.now(), seed: "5eed" };
  return runBatch(plugin, batch, (request) => call(request));
}

test("hands a batch over in one call, and says which number is wrong", async () => {
  expect(await send("13800001234", "12345", "+447700900123")).toMatchObject([
    { ref: "dlv_0", status: "accepted" },
    { ref: "dlv_1", status: "rejected", code: "invalid_number" },
    { ref: "dlv_2", status: "accepted" },
  ]);
  expect(simulator.received()).toMatchObject([
    { to: "13800001234", text: "【示例学校】明天放假", ref: "dlv_0" },
    { to: "+447700900123", ref: "dlv_2" },
  ]);
});

test("waits as the gateway asks", async () => {
  simulator.misbehave("busy", 1);
  expect(await send("13800001234")).toMatchObject([{ status: "throttled", retryAfterMs: 1000 }]);
});

test.each(["drop", "hang"] as const)("does not know what came of a call that ends with %s", async (fault) => {
  simulator.misbehave(fault, 1);
  expect(await send("13800001234")).toMatchObject([{ status: "unknown" }]);
});

test("asks what became of messages, and believes that one never came", async () => {
  await send("13800001234", "13800000000");
  const ask = () => {
    const messages = ["dlv_0", "dlv_1", "dlv_9"].map((ref) => ({
      ref,
      batchRef: "bat_1",
      address: "",
      sentAt: 0,
    }));
    return runQuery(plugin, { messages, settings: settings(), now: Date.now(), seed: "5eed" }, (request) =>
      call(request),
    );
  };
  await expect.poll(ask).toMatchObject([
    { ref: "dlv_0", status: "delivered" },
    { ref: "dlv_1", status: "undelivered", code: "unreachable" },
    { ref: "dlv_9", status: "not_found" },
  ]);
});

test("proves the right key and no other", async () => {
  const input = { settings: settings(), now: 0, seed: "5eed" };
  expect(await runVerify(plugin, input, (request) => call(request))).toEqual({ ok: true });
  expect(await runVerify(plugin, input, (request) => call(request, "wrong"))).toMatchObject({ ok: false });
});
