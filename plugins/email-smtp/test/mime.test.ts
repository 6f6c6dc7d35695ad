import fc from "fast-check";
import { simpleParser } from "mailparser";
import { expect, test } from "vitest";
import { buildMail, type Mail } from "../src/mime.ts";
import type { SmtpSettings } from "../src/settings.ts";
import vectors from "../vectors/mime.json";

const settings: SmtpSettings = {
  host: "smtp.example.com",
  port: 465,
  encryption: "tls",
  from: { address: "notice@school.example", name: "知行学校", domain: "school.example" },
  replyTo: "office@school.example",
  returnPath: { address: "notice@school.example", isTagged: false },
};
const mail: Mail = {
  ref: "dlv_1",
  mark: "dlv_1.0123456789abcdef",
  to: "wang@example.com",
  subject: "期末考试安排",
  text: "你好\n再见",
  html: "<p>你好</p>",
  sentAt: Date.UTC(2025, 0, 2, 3, 4, 5),
  seed: "5eed",
};
const build = (change: Partial<Mail> = {}) => buildMail({ ...mail, ...change }, settings);
const parse = (change: Partial<Mail> = {}) => simpleParser(build(change));

test("writes a mail that a mail program reads back", async () => {
  const parsed = await parse();
  expect(parsed.subject).toBe("期末考试安排");
  expect(parsed.from?.value).toEqual([{ address: "notice@school.example", name: "知行学校" }]);
  expect(parsed.replyTo?.text).toBe("office@school.example");
  expect(parsed.messageId).toBe("<dlv_1.0123456789abcdef@school.example>");
  expect(parsed.date?.getTime()).toBe(mail.sentAt);
  expect(parsed.text).toBe("你好\n再见");
  expect(parsed.html).toBe("<p>你好</p>");
});

test.each(vectors)("writes $name byte by byte", ({ mail: input, settings: sender, lines }) => {
  expect(
    buildMail(input, sender as SmtpSettings)
      .toString()
      .split("\r\n"),
  ).toEqual(lines);
});

test("writes one part where there is one body", async () => {
  expect(build({ html: "" }).toString()).not.toContain("multipart");
  expect((await parse({ text: "" })).html).toBe("<p>你好</p>");
});

test("is the same mail when it is sent again", () => {
  expect(build()).toEqual(build());
});

test("keeps every line within the limits, ended by CR LF", () => {
  const text = build({ subject: "很长的主题".repeat(40), text: "长".repeat(5000) }).toString("latin1");
  const lines = text.split("\r\n");
  expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78);
});

test("lets no subject, name or body add a header or a part", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), async (subject, text) => {
      const evil = `${subject}\r\nBcc: all@example.com\r\n\r\nx`;
      const raw = buildMail(
        { ...mail, subject: evil, text: `${text}\r\n--=_\r\n`, html: "" },
        { ...settings, from: { ...settings.from, name: evil } },
      );
      const parsed = await simpleParser(raw);
      expect([...parsed.headers.keys()].sort()).toEqual([
        "auto-submitted",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "subject",
        "to",
      ]);
    }),
    { numRuns: 60 },
  );
});

test("gives any subject back", async () => {
  const words = fc
    .string({ unit: "grapheme", maxLength: 120 })
    .filter((text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text));
  await fc.assert(
    fc.asyncProperty(words, async (subject) => {
      const expected = subject.trim().replace(/\s+/gu, " ");
      expect((await parse({ subject })).subject?.replace(/\s+/gu, " ").trim() ?? "").toBe(expected);
    }),
    { numRuns: 100 },
  );
});
