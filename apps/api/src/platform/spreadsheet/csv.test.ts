import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv } from "./csv.ts";

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  content: string | Uint8Array,
  { size = 65_536, charset }: { size?: number; charset?: string } = {},
) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const rows = [];
  for await (const some of readCsv(inParts(bytes, size), charset)) rows.push(...some);
  return rows;
}

const cellsOf = async (...args: Parameters<typeof read>) => (await read(...args)).map(({ cells }) => cells);

/** 用户ID,姓名 / 1,张三 in GB18030, as Excel in China writes it. */
const GB18030 = Uint8Array.from(
  [
    [0xd3, 0xc3, 0xbb, 0xa7, 0x49, 0x44, 0x2c, 0xd0, 0xd5, 0xc3, 0xfb, 0x0d, 0x0a],
    [0x31, 0x2c, 0xd5, 0xc5, 0xc8, 0xfd, 0x0d, 0x0a],
  ].flat(),
);

describe("reading CSV", () => {
  it("gives back whatever was written, however the bytes arrive", async () => {
    const cell = fc.string({
      unit: fc.constantFrom("a", "中", '"', ",", "\n", "\r\n", " ", "é", "👍"),
      maxLength: 6,
    });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const written = [["head", "b"], ...rows.map((row) => ["x", ...row])];
        const text = written
          .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(","))
          .join("\r\n");
        expect(await cellsOf(text, { size, charset: "utf-8" })).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });

  it.each([1, 3, 64])("takes GB18030 for what it is, %i bytes at a time", async (size) => {
    expect(await cellsOf(GB18030, { size, charset: "gb18030" })).toEqual([
      ["用户ID", "姓名"],
      ["1", "张三"],
    ]);
  });

  it("finds out for itself whether a text is UTF-8 or GB18030", async () => {
    expect((await cellsOf(GB18030))[1]).toEqual(["1", "张三"]);
    expect((await cellsOf("用户ID,姓名\n1,张三"))[1]).toEqual(["1", "张三"]);
  });

  it("leaves the mark at the beginning, blank lines and carriage returns out", async () => {
    expect(await read("\ufeffa,b\r\n\r\n1,2\r\n")).toEqual([
      { line: 1, cells: ["a", "b"] },
      { line: 3, cells: ["1", "2"] },
    ]);
  });

  it("counts lines as an editor does, also behind a cell of several lines", async () => {
    const rows = await read('a,b\n"one\ntwo",x\n1,2');
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  it("takes semicolons and tabs where the header has no comma", async () => {
    expect(await cellsOf("a;b\n1;2,5")).toEqual([
      ["a", "b"],
      ["1", "2,5"],
    ]);
    expect(await cellsOf("a\tb\n1\t2")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });

  it("refuses a quote that never ends, bytes that are no text, and a charset that there is not", async () => {
    await expect(read(`a,b\n"${"x\n".repeat(150_000)}`)).rejects.toThrow(/begins in line 2/);
    await expect(read(Uint8Array.of(0x61, 0xff, 0xff), { charset: "utf-8" })).rejects.toThrow(/not text/);
    await expect(read("a,b", { charset: "klingon" })).rejects.toThrow(/no charset/);
  });
});
