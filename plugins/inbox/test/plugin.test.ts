import type { InboxEntry, NativeOpenInput, OutboundMessage, PutOptions } from "@tidings/sdk/plugin";
import { findManifestProblems } from "@tidings/sdk/testing";
import { expect, it } from "vitest";
import manifest from "../channel.json";
import { isLink } from "../src/link.ts";
import { open } from "../src/plugin.ts";

/** A host whose inboxes are a list, from which users may be missing. */
function givenHost({ gone = [] as string[], isDown = false } = {}) {
  const puts: { entries: readonly InboxEntry[]; options: PutOptions }[] = [];
  const input: NativeOpenInput = {
    settings: { keepDays: 7 },
    secrets: {},
    limits: { concurrency: 1, timeoutMs: 1000 },
    key: "",
    resolve: async () => "",
    inbox: {
      async put(entries, options) {
        if (isDown) throw new Error("no database");
        puts.push({ entries, options });
        return entries.map(({ ref }) => ref).filter((ref) => !gone.includes(ref));
      },
      takeBack: async (refs) => refs.filter((ref) => !gone.includes(ref)),
    },
  };
  return { session: open(input), puts };
}

const message = (ref: string, content: Record<string, string> = {}): OutboundMessage => ({
  ref,
  address: "2024001",
  content: { title: "放假通知", body: "明天放假", ...content },
  variables: {},
});
const batchOf = (...messages: OutboundMessage[]) => ({
  batchRef: "att_1",
  messages,
  settings: {},
  now: 0,
  seed: "",
});

it("has a valid manifest", () => {
  expect(findManifestProblems(manifest)).toEqual([]);
});

it("puts a batch with one call, for as long as the channel says", async () => {
  const { session, puts } = givenHost();
  const results = await session.send(
    batchOf(message("a"), message("b", { link: "/notices/1", confirmation: "required" })),
  );
  expect(results).toEqual([
    { ref: "a", status: "accepted" },
    { ref: "b", status: "accepted" },
  ]);
  expect(puts).toEqual([
    {
      entries: [
        { ref: "a", title: "放假通知", body: "明天放假", mustConfirm: false },
        { ref: "b", title: "放假通知", body: "明天放假", link: "/notices/1", mustConfirm: true },
      ],
      options: { keepSeconds: 604_800 },
    },
  ]);
});

it("rejects what has no usable link and whose user is gone, and sends the rest", async () => {
  const { session } = givenHost({ gone: ["b"] });
  const results = await session.send(
    batchOf(message("a", { link: "javascript:alert(1)" }), message("b"), message("c")),
  );
  expect(results).toEqual([
    { ref: "a", status: "rejected", code: "invalid_link" },
    { ref: "b", status: "rejected", code: "user_gone" },
    { ref: "c", status: "accepted" },
  ]);
});

it("asks for another try while the inboxes cannot be reached", async () => {
  const { session } = givenHost({ isDown: true });
  expect(await session.send(batchOf(message("a")))).toEqual([
    { ref: "a", status: "transient", code: "inbox_unavailable" },
  ]);
});

it("takes back what is there", async () => {
  const { session } = givenHost({ gone: ["b"] });
  const sent = (ref: string) => ({ ref, batchRef: "att_1", address: "2024001", sentAt: 0 });
  const input = { messages: [sent("a"), sent("b")], settings: {}, now: 0, seed: "" };
  expect(await session.recall?.(input)).toEqual([
    { ref: "a", status: "recalled" },
    { ref: "b", status: "too_late", code: "not_found" },
  ]);
});

it.each([
  ["https://school.example/a?b=c", true],
  ["http://school.example", true],
  ["/notices/1", true],
  ["//evil.example", false],
  ["/\\evil.example", false],
  ["javascript:alert(1)", false],
  ["data:text/html,x", false],
  ["https://", false],
  ["notices/1", false],
])("takes %j for a link: %s", (text, expected) => {
  expect(isLink(text)).toBe(expected);
});
