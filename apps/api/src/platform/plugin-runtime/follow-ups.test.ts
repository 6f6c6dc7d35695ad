import type { FollowUpInput, PurePlugin, SettleOutput } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { batchOf, postEach } from "./testing/plugins.ts";
import { useVendor } from "./testing/runtime.ts";

const { vendor, runtimeFor } = useVendor();

const messages = ["a", "b"].map((ref) => ({ ref, batchRef: "bat_1", address: `user-${ref}`, sentAt: 1 }));

/** A plugin that asks once for all, and says what it is told to say. */
const saying = (said: Partial<SettleOutput>): Partial<PurePlugin> => {
  const ask = ({ messages: asked, settings }: FollowUpInput) => ({
    requests: [
      {
        id: "1",
        refs: asked.map(({ ref }) => ref),
        method: "GET" as const,
        url: `${settings.endpoint}/`,
        auth: "api",
      },
    ],
  });
  return {
    query: ask,
    recall: ask,
    settle: (input) => (input.op === "send" ? postEach.settle(input) : { results: [], ...said }),
  };
};

describe("a query", () => {
  it("goes out with the channel's credentials and answers every ref once, in order", async () => {
    const { runtime, channel } = runtimeFor(
      saying({
        answers: [
          { ref: "b", status: "delivered", at: 5.4, eventId: "e-1" },
          { ref: "b", status: "not_found" },
          { ref: "z", status: "accepted" },
        ],
      }),
    );
    expect(await runtime.query(channel, { messages })).toEqual([
      { ref: "a", status: "unanswered", code: "no_result", detail: expect.any(String) },
      { ref: "b", status: "delivered", at: 5, eventId: "e-1" },
    ]);
    expect(vendor().requests[0]?.headers.authorization).toBe("Bearer tok-0123456789");
  });

  it("never takes what it cannot read for an answer, and keeps secrets out of what it passes on", async () => {
    const { runtime, channel } = runtimeFor(
      saying({
        answers: [
          { ref: "a", status: "lost" } as never,
          { ref: "b", status: "undelivered", at: Number.NaN, eventId: "\u0000", detail: "tok-0123456789" },
        ],
      }),
    );
    expect(await runtime.query(channel, { messages })).toEqual([
      { ref: "a", status: "unanswered", code: "no_result", detail: expect.any(String) },
      { ref: "b", status: "undelivered", detail: "[redacted]" },
    ]);
  });

  it("that a plugin fails over is not answered", async () => {
    const { runtime, channel } = runtimeFor({
      query: () => {
        throw new Error("bug");
      },
    });
    expect(await runtime.query(channel, { messages })).toMatchObject([
      { ref: "a", status: "unanswered", code: "plugin_error" },
      { ref: "b", status: "unanswered" },
    ]);
  });
});

it("a recall passes on what became of each message", async () => {
  const { runtime, channel } = runtimeFor(
    saying({
      recalls: [
        { ref: "a", status: "recalled" },
        { ref: "b", status: "too_late", code: "read" },
      ],
    }),
  );
  expect(await runtime.recall(channel, { messages })).toEqual([
    { ref: "a", status: "recalled" },
    { ref: "b", status: "too_late", code: "read" },
  ]);
});

it("a request whose time is over is not sent", async () => {
  const { runtime, channel } = runtimeFor({
    settle: ({ responses }) => ({
      results: responses.flatMap((response) =>
        response.refs.map((ref) => ({
          ref,
          status:
            "error" in response && response.error === "not_sent"
              ? ("transient" as const)
              : ("accepted" as const),
        })),
      ),
    }),
  });
  const late = { ...batchOf("a"), startBy: performance.now() - 1 };
  expect(await runtime.send(channel, late)).toEqual([{ ref: "a", status: "transient" }]);
  expect(vendor().requests).toEqual([]);
  const early = { ...batchOf("a"), startBy: performance.now() + 60_000 };
  expect(await runtime.send(channel, early)).toEqual([{ ref: "a", status: "accepted" }]);
});
