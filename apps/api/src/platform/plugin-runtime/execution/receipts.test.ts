import type { PluginManifest, PurePlugin, ReceiptInput, ReceiptOutput } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { createPluginRuntime } from "../runtime.ts";
import { catalogueOf, channelWith, manifestWith, postEach, recordingLogger } from "../testing/plugins.ts";

const REQUEST = { headers: { "x-a": "1" }, query: { q: "2" }, body: "pushed" };

async function parse(parseReceipt: PurePlugin["parseReceipt"], manifest: Partial<PluginManifest> = {}) {
  const { logger, logs } = recordingLogger();
  const runtime = createPluginRuntime({
    plugins: catalogueOf(manifestWith(manifest), { ...postEach, parseReceipt }),
    clock: { now: () => new Date(5) },
    logger,
    outbound: { allowedEndpoints: new Set() },
  });
  const output = await runtime.parseReceipt(channelWith({ settings: { endpoint: "e" } }), REQUEST);
  await runtime.close();
  return { output, logs };
}

const returning = (output: unknown) => parse(() => output as ReceiptOutput);

describe("parseReceipt", () => {
  it("hands the push to the plugin and its events on", async () => {
    const inputs: ReceiptInput[] = [];
    const { output } = await parse((input) => {
      inputs.push(input);
      return {
        events: [{ eventId: "e1", type: "delivered", at: 12.4, ref: "dlv_1", detail: "d".repeat(600) }],
        reply: { status: 200, headers: { "Content-Type": "application/json" }, body: "{}" },
      };
    });
    expect(inputs).toEqual([{ ...REQUEST, settings: { endpoint: "e" }, now: 5 }]);
    expect(output).toEqual({
      events: [{ eventId: "e1", type: "delivered", at: 12, ref: "dlv_1", detail: "d".repeat(500) }],
      reply: { status: 200, headers: { "content-type": "application/json" }, body: "{}" },
    });
  });

  it("drops events that are none, and keeps the others", async () => {
    const good = { eventId: "e1", type: "read", at: 1 };
    const { output, logs } = await returning({
      events: [
        good,
        null,
        { ...good, eventId: "" },
        { ...good, eventId: "x".repeat(201) },
        { ...good, type: "bounced" },
        { ...good, at: Number.NaN },
        { ...good, at: 1e18 },
        { ...good, eventId: "e\0" },
        { ...good, ref: "dlv_1\0" },
        { ...good, type: "undelivered", code: "gone\0" },
        { ...good, eventId: "\ud800" },
      ],
      reply: { status: 200, body: "ok" },
    });
    expect(output.events).toEqual([good]);
    expect(logs).toMatchObject([{ level: "warn", fields: { reason: "10 events are malformed" } }]);
  });

  it("drops consents that are none, and all of a plugin that declares no allowances", async () => {
    const good = { eventId: "c1", address: "to", subject: "t", change: "granted", at: 1.4 };
    const output = {
      events: [],
      allowances: [
        good,
        { ...good, eventId: "c2", change: "withdrawn" },
        null,
        { ...good, eventId: "" },
        { ...good, address: "" },
        { ...good, subject: "x".repeat(201) },
        { ...good, subject: "t\0" },
        { ...good, change: "refused" },
        { ...good, count: 0 },
        { ...good, count: 101 },
        { ...good, at: -1 },
      ],
      reply: { status: 200, body: "ok" },
    };
    const allowances = { subject: "text", noneLeft: ["none"] };
    const read = await parse(() => output as ReceiptOutput, { allowances });
    expect(read.output.allowances).toEqual([
      { ...good, at: 1, count: 1 },
      { ...good, eventId: "c2", change: "withdrawn", at: 1 },
    ]);
    expect(read.logs).toMatchObject([{ level: "warn", fields: { reason: "9 events are malformed" } }]);
    expect((await returning(output)).output).not.toHaveProperty("allowances");
  });

  it("lets the plugin choose the reply's content type and no other header", async () => {
    const headers = { "content-type": "text/plain", "set-cookie": "session=mine" };
    const { output } = await returning({ events: [], reply: { status: 200, headers, body: "" } });
    expect(output.reply.headers).toEqual({ "content-type": "text/plain" });
  });

  it.each([
    ["throws", () => Promise.reject(new Error("cannot read pushed"))],
    ["returns nothing", () => null],
    ["gives no reply", () => ({ events: [] })],
    [
      "gives a reply that is too long",
      () => ({ events: [], reply: { status: 200, body: "x".repeat(65_537) } }),
    ],
    ["gives too many events", () => ({ events: Array(20_001).fill({}), reply: { status: 200, body: "" } })],
    ["gives an impossible status", () => ({ events: [], reply: { status: 101, body: "" } })],
  ])("answers 400 without events when the plugin %s", async (_name, parseReceipt) => {
    const { output, logs } = await parse(parseReceipt as unknown as PurePlugin["parseReceipt"]);
    expect(output).toEqual({ events: [], reply: { status: 400, body: "" } });
    expect(logs).toHaveLength(1);
    expect(JSON.stringify(logs)).not.toContain("cannot read pushed");
  });
});
