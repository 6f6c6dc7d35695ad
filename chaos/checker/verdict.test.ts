import { describe, expect, it } from "vitest";
import type { AcceptedMessage, DeliveryRow, Evidence, VendorEntry } from "./facts.ts";
import { judge } from "./verdict.ts";

const message = (more: Partial<AcceptedMessage> = {}): AcceptedMessage => ({
  mark: "m1",
  messageId: "msg_1",
  otherIds: [],
  recipients: ["ann"],
  channels: ["plain"],
  isCancelled: false,
  ...more,
});
const row = (more: Partial<DeliveryRow> = {}): DeliveryRow => ({
  ref: "dlv_1",
  messageId: "msg_1",
  address: "ann",
  step: 0,
  channel: "plain",
  state: "accepted",
  reason: null,
  ...more,
});
const taken = (more: Partial<Extract<VendorEntry, { kind: "taken" | "repeat" }>> = {}): VendorEntry => ({
  kind: "taken",
  channel: "plain",
  ref: "dlv_1",
  to: "ann",
  mark: "m1",
  ...more,
});
const receipt = (type: "delivered" | "undelivered"): VendorEntry => ({
  kind: "receipt",
  channel: "plain",
  ref: "dlv_1",
  type,
});

const judged = (evidence: { accepted?: AcceptedMessage[]; rows?: DeliveryRow[]; vendor?: VendorEntry[] }) =>
  judge(evidenceOf(evidence));

function evidenceOf({
  accepted = [message()],
  rows = [row()],
  vendor = [taken()],
}: Parameters<typeof judged>[0]): Evidence {
  return { accepted, vendor, books: { deliveries: rows, messageIds: ["msg_1"], breaches: {} } };
}

const INNOCENT = { lost: 0, duplicate: 0, phantom: 0, falseStatus: 0 };

describe("the checker", () => {
  it("acquits what was sent once and says so", () => {
    expect(judged({})).toMatchObject({ charges: INNOCENT, isConvicted: false, effects: 1 });
  });

  it.each<[string, Parameters<typeof judged>[0], Partial<typeof INNOCENT>]>([
    ["a recipient without a delivery", { rows: [], vendor: [] }, { lost: 1 }],
    ["a delivery that never ended", { rows: [row({ state: "ready" })], vendor: [] }, { lost: 1 }],
    ["a message sent twice under one reference", { vendor: [taken(), taken()] }, { duplicate: 1 }],
    [
      "a message accepted twice for one key",
      { accepted: [message({ otherIds: ["msg_2"] })] },
      { duplicate: 1 },
    ],
    ["two rows for one recipient", { rows: [row(), row()] }, { duplicate: 1 }],
    [
      "something sent that has no row",
      { vendor: [taken(), taken({ ref: "dlv_9", to: "bob" })] },
      { phantom: 1 },
    ],
    [
      "something sent that nobody accepted",
      { vendor: [taken(), taken({ ref: "dlv_9", mark: "m9" })] },
      { phantom: 1 },
    ],
    ["a message that the client knows nothing of", { accepted: [], vendor: [], rows: [] }, { phantom: 1 }],
    ["accepted, and never sent", { vendor: [] }, { falseStatus: 1 }],
    ["failed, and sent", { rows: [row({ state: "failed", reason: "no" })] }, { falseStatus: 1 }],
    ["cancelled, and sent", { rows: [row({ state: "cancelled", reason: "cancelled" })] }, { falseStatus: 1 }],
    [
      "a receipt that was acknowledged and forgotten",
      { vendor: [taken(), receipt("delivered")] },
      { falseStatus: 1 },
    ],
    ["delivered without a receipt", { rows: [row({ state: "delivered" })] }, { falseStatus: 1 }],
    [
      "unknown where the vendor drops repeats",
      {
        rows: [row({ state: "unknown", channel: "keyed", reason: "lost" })],
        accepted: [message({ channels: ["keyed"] })],
        vendor: [],
      },
      { falseStatus: 1 },
    ],
    [
      "unknown where the vendor can be asked, also behind a cancellation",
      {
        rows: [row({ state: "unknown", channel: "queryable", reason: "cancelled" })],
        accepted: [message({ channels: ["queryable"], isCancelled: true })],
        vendor: [],
      },
      { falseStatus: 1 },
    ],
  ])("convicts of %s", (_, evidence, charges) => {
    const verdict = judged(evidence);
    expect(verdict.charges).toEqual({ ...INNOCENT, ...charges });
    expect(verdict.isConvicted).toBe(true);
    expect(verdict.examples).toHaveLength(1);
  });

  it("counts an honest unknown by its cause, sent or not", () => {
    const rows = [row({ state: "unknown", reason: "worker_lost" })];
    for (const vendor of [[], [taken()]]) {
      expect(judged({ rows, vendor })).toMatchObject({ isConvicted: false, unknown: { worker_lost: 1 } });
    }
  });

  it.each(["cancelled", "reached_earlier"])(
    "lets unknown what would have been repeated, but was %s",
    (reason) => {
      const rows = [row({ state: "unknown", channel: "keyed", reason })];
      const accepted = [message({ channels: ["keyed"], isCancelled: true })];
      expect(judged({ accepted, rows, vendor: [taken({ channel: "keyed" })] }).isConvicted).toBe(false);
    },
  );

  it("counts what the vendor dropped as a repeat, not as a duplicate", () => {
    const vendor = [taken(), taken({ kind: "repeat" })];
    expect(judged({ vendor })).toMatchObject({ charges: INNOCENT, repeats: 1 });
  });

  it("lets delivered beat undelivered", () => {
    const vendor = [taken(), receipt("delivered"), receipt("undelivered")];
    expect(judged({ rows: [row({ state: "delivered" })], vendor }).isConvicted).toBe(false);
    expect(judged({ rows: [row({ state: "undelivered", reason: "x" })], vendor }).isConvicted).toBe(true);
  });

  it("lets a cancelled message have recipients without a delivery", () => {
    expect(judged({ accepted: [message({ isCancelled: true })], rows: [], vendor: [] }).isConvicted).toBe(
      false,
    );
  });

  it("wants a fallback for what failed, and none for what did not", () => {
    const accepted = [message({ fallback: "keyed" })];
    const failed = row({ state: "failed", reason: "refused" });
    const next = row({ ref: "dlv_2", step: 1, channel: "keyed" });
    const sent = taken({ ref: "dlv_2", channel: "keyed" });
    expect(judged({ accepted, rows: [failed], vendor: [] }).charges).toEqual({ ...INNOCENT, lost: 1 });
    expect(judged({ accepted, rows: [failed, next], vendor: [sent] }).isConvicted).toBe(false);
    expect(judged({ accepted, rows: [row(), next], vendor: [taken(), sent] }).charges).toEqual({
      ...INNOCENT,
      phantom: 1,
    });
  });

  it("convicts when the tables contradict each other", () => {
    const evidence = evidenceOf({});
    evidence.books.breaches = { "the statistics differ from the rows": 1 };
    expect(judge(evidence).isConvicted).toBe(true);
  });
});
