import { expect, it } from "vitest";
import { badgeText, type Entry, mergeNewest, replaceEntry, safeHref } from "./inbox.rules.ts";

const entry = (second: number, rest: Partial<Entry> = {}): Entry => ({
  id: `dlv_${second}`,
  title: `${second}`,
  body: "",
  link: null,
  mustConfirm: false,
  createdAt: `2026-09-01T08:00:${second}.000Z`,
  readAt: null,
  confirmedAt: null,
  ...rest,
});
const titles = (entries: Entry[]) => entries.map(({ title }) => title);

const down = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => entry(from - index));

it("puts what is new on top, takes out what was recalled, and keeps what is older", () => {
  const read = entry(13, { readAt: "2026-09-01T09:00:00.000Z" });
  const newest = [entry(23), entry(22), ...down(20, 14), read];
  const merged = mergeNewest(down(22, 11), newest);
  expect(titles(merged)).toEqual(titles([...newest, ...down(12, 11)]));
  expect(merged[9]?.readAt).not.toBeNull();
});

it("has nothing but the newest where there is no more than that", () => {
  expect(titles(mergeNewest(down(13, 11), [entry(13), entry(12)]))).toEqual(["13", "12"]);
  expect(mergeNewest([entry(11)], [])).toEqual([]);
});

it("keeps entries of one moment apart by their ids", () => {
  const [a, b] = [entry(11, { id: "dlv_a", title: "a" }), entry(11, { id: "dlv_b", title: "b" })];
  expect(titles(mergeNewest([...down(20, 12), b, a], [...down(20, 12), b])).slice(-2)).toEqual(["b", "a"]);
  expect(titles(replaceEntry([b, a], { ...a, title: "c" }))).toEqual(["b", "c"]);
});

it.each([
  [0, ""],
  [7, "7"],
  [99, "99"],
  [100, "99+"],
])("shows %i unread entries as %j", (count, text) => {
  expect(badgeText(count)).toBe(text);
});

it.each([
  ["/notices/1", "https://portal.school.example/notices/1"],
  ["https://school.example/a", "https://school.example/a"],
  ["javascript:alert(1)", undefined],
  [" javascript:alert(1)", undefined],
  ["java\tscript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  [null, undefined],
])("leads by the link %j to %j", (link, href) => {
  expect(safeHref(link, "https://portal.school.example/home")).toBe(href);
});
