import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readXlsx } from "./xlsx.ts";

interface Part {
  name: string;
  content: string | Buffer;
  /** What the directory claims; the reader must not believe it. */
  declaredSize?: number;
}

/** An archive as a spreadsheet program writes it, without checksums, which nobody here looks at. */
function zip(parts: Part[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, declaredSize } of parts) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(declaredSize ?? content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    entry.write(name, 46);
    files.push(local, packed);
    directory.push(entry);
    offset += local.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

const WORKBOOK = `<workbook xmlns:r="r"><workbookPr/><sheets>
  <sheet name="hidden" sheetId="1" state="hidden" r:id="rId1"/><sheet name="名单" sheetId="2" r:id="rId2"/></sheets></workbook>`;
const RELATIONS = `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>
  <Relationship Id="rId2" Target="worksheets/sheet2.xml"/></Relationships>`;
const STYLES = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>
  <cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>`;
const TEXTS = `<sst><si><t>userId</t></si><si><r><t>金</t></r><r><t>额</t></r><rPh><t>jin</t></rPh></si>
  <si><t>a&amp;b &lt;&#x4e2d;&gt;</t></si></sst>`;

const workbook = (sheet: string, more: Part[] = []) =>
  zip([
    { name: "xl/workbook.xml", content: WORKBOOK },
    { name: "xl/_rels/workbook.xml.rels", content: RELATIONS },
    { name: "xl/styles.xml", content: STYLES },
    { name: "xl/sharedStrings.xml", content: TEXTS },
    { name: "xl/worksheets/sheet2.xml", content: sheet },
    ...more,
  ]);

async function* inParts(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

async function read(bytes: Buffer) {
  const rows = [];
  for await (const some of readXlsx(inParts(bytes))) rows.push(...some);
  return rows;
}

describe("reading a workbook", () => {
  it("reads the first visible sheet as a person sees it: texts, numbers, dates, gaps", async () => {
    const sheet = `<worksheet><sheetData>
      <row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
      <row r="2"/>
      <row r="4"><c r="A4"><v>13800138000</v></c><c r="B4" t="inlineStr"><is><t>直接</t></is></c><c r="C4"><v>0.1</v></c>
        <c r="D4" s="1"><v>45987</v></c><c r="E4" s="2"><v>45987.5</v></c><c r="F4" t="b"><v>1</v></c>
        <c r="G4" t="s"><v>2</v></c><c r="H4" t="str"><f>1</f><v>公式</v></c></row>
      </sheetData></worksheet>`;
    expect(await read(workbook(sheet))).toEqual([
      { line: 1, cells: ["userId", "", "金额"] },
      {
        line: 4,
        cells: ["13800138000", "直接", "0.1", "2025-11-26", "2025-11-26 12:00", "TRUE", "a&b <中>", "公式"],
      },
    ]);
  });

  it.each([
    ["repeats", ["1", "2", "2", "5"], [1, 2, 3, 5]],
    ["begins at nothing", ["0", "1", "2", "3"], [1, 2, 3, 4]],
    ["goes back", ["7", "2", "-1", "9"], [7, 8, 9, 10]],
    ["gives no number", ["x", "", "1.5", "4"], [1, 2, 3, 4]],
    ["gives a number that no sheet has", ["1", "1048577", "99999999999", "1048576"], [1, 2, 3, 1048576]],
  ])("counts on where a sheet %s", async (_, given, lines) => {
    const rows = given.map((line) => `<row r="${line}"><c><v>1</v></c></row>`).join("");
    const found = await read(workbook(`<worksheet><sheetData>${rows}</sheetData></worksheet>`));
    expect(found.map(({ line }) => line)).toEqual(lines);
  });

  it("reads sheets whose tags carry a prefix", async () => {
    const sheet = `<x:worksheet><x:sheetData><x:row r="7"><x:c r="A7"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    expect(await read(workbook(sheet))).toEqual([{ line: 7, cells: ["5"] }]);
  });

  it("reads a hundred thousand rows", async () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, index) => `<row r="${index + 1}"><c><v>${index}</v></c></row>`,
    );
    expect(await read(workbook(`<sheetData>${rows.join("")}</sheetData>`))).toHaveLength(100_000);
  });

  it("stops at a part that unpacks to more than is bearable, whatever the archive says of its size", async () => {
    const bomb = {
      name: "xl/sharedStrings.xml",
      content: Buffer.alloc(64 * 1024 * 1024, "<t></t>"),
      declaredSize: 10,
    };
    await expect(read(workbook("<sheetData/>", [bomb]))).rejects.toThrow(/unpacks to more/);
  });

  it.each<[string, Buffer]>([
    ["a text", Buffer.from("userId,a\n1,2\n".repeat(10))],
    ["nothing", Buffer.alloc(0)],
    ["an archive of something else", zip([{ name: "a.txt", content: "x" }])],
    ["a directory that points nowhere", Buffer.concat([zip([{ name: "a", content: "x" }]).subarray(-69)])],
    ["packed bytes that are none", workbook("<sheetData/>").fill(0xff, 200, 400)],
  ])("refuses %s as no workbook", async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ type: { status: 422 } });
  });
});
