import fc from "fast-check";
import { expect, test } from "vitest";
import { findOwnRef, markOf } from "../src/own-mark.ts";
import { mayBeReturned, readReturnedMail } from "../src/returned-mail.ts";
import { KEY } from "./messages.ts";
import { NOTICES } from "./returned-notices.ts";

const NOW = Date.UTC(2025, 0, 3);
const mark = markOf(KEY, "dlv_0123456789abc");
const crlf = (text: string) => Buffer.from(text.replace(/\n/g, "\r\n"));
const read = (text: string) => readReturnedMail(crlf(text), { key: KEY, now: NOW });

test.each(NOTICES)("reads $name: $code", async ({ write, code }) => {
  const event = await read(write(mark));
  if (code === undefined) expect(event).toBeUndefined();
  else {
    expect(event).toMatchObject({
      eventId: "returned:dlv_0123456789abc",
      type: "undelivered",
      ref: "dlv_0123456789abc",
      code,
    });
    expect(event?.at).toBeLessThanOrEqual(NOW);
  }
});

test.each(NOTICES.filter(({ code }) => code !== undefined))("finds $name by its headers", ({ write }) => {
  expect(mayBeReturned(write(mark).split("\n\n")[0] ?? "")).toBe(true);
});

test("gives the server's sentence without its type and folding", async () => {
  expect((await read(NOTICES[0]?.write(mark) ?? ""))?.detail).toBe(
    "550 5.1.1 <wang@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
  );
});

test.each(NOTICES)("believes $name of no mail that another key has marked", async ({ write }) => {
  for (const forged of [
    markOf("5eee".repeat(16), "dlv_0123456789abc"),
    "dlv_0123456789abc.0000000000000000",
    "dlv_0123456789abc",
    mark.replace("9abc.", "9abd."),
  ]) {
    expect(await read(write(forged))).toBeUndefined();
  }
});

test("knows a mark whose case a server has changed", () => {
  expect(findOwnRef(KEY, [`<bounces+${mark.replace(/\.(.*)$/, (seal) => seal.toUpperCase())}@x.cn>`])).toBe(
    "dlv_0123456789abc",
  );
});

test("leaves people's mail alone", () => {
  expect(mayBeReturned("From: wang@example.com\r\nContent-Type: multipart/mixed; boundary=b")).toBe(false);
  expect(mayBeReturned("From: postmaster-fans@example.com")).toBe(false);
});

test("reads any bytes without failing, and makes nothing of them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      expect(await readReturnedMail(Buffer.from(bytes), { key: KEY, now: NOW })).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

test("reads a report that was cut off behind its status", async () => {
  const whole = NOTICES[0]?.write(mark).replace("--b0\nContent-Type: text/rfc822-headers", "$&") ?? "";
  const cut = whole
    .slice(0, whole.indexOf("Subject: =?UTF-8?B?57y0"))
    .concat(`X: <${mark}@school.example>\n`);
  expect(await read(cut)).toMatchObject({ code: "5.1.1" });
});
