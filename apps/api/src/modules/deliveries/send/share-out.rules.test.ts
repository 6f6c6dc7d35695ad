import { describe, expect, it } from "vitest";
import { shareOut } from "./share-out.rules.ts";

const chunk = (firstId: number, lastId: number) => ({ firstId: String(firstId), lastId: String(lastId) });
const rows = (...ids: number[]): [string][] => ids.map((id) => [String(id)]);

describe("sharing rows out to chunks", () => {
  it("gives each chunk what is in its range", () => {
    const [one, two, three] = [chunk(1, 9), chunk(10, 19), chunk(100, 109)];
    expect(shareOut([one, two, three], rows(2, 9, 10, 100))).toEqual([
      { work: one, rows: rows(2, 9) },
      { work: two, rows: rows(10) },
      { work: three, rows: rows(100) },
    ]);
  });

  it("gives nobody what belongs to a chunk that somebody else has begun", () => {
    const [one, three] = [chunk(1, 9), chunk(20, 29)];
    expect(shareOut([three], rows(2, 12, 20, 30))).toEqual([{ work: three, rows: rows(20) }]);
    expect(shareOut([one, three], rows(2, 12, 20, 30))).toEqual([
      { work: one, rows: rows(2) },
      { work: three, rows: rows(20) },
    ]);
  });
});
