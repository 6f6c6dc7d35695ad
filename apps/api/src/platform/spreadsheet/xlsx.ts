import {
  limitBytes,
  MAX_PART_BYTES,
  MAX_ROW_LENGTH,
  MAX_SHEET_BYTES,
  MAX_XLSX_BYTES,
  type SheetRow,
} from "./limits.ts";
import { cellText, type DateStyles, dateStylesOf } from "./xlsx-values.ts";
import { attributeOf, createXmlReader, decodeXml, type XmlListener } from "./xml.ts";
import { notAWorkbook, readZip, unpack, type ZipEntry } from "./zip.ts";

/** Reads the first visible sheet of a workbook, row by row as it unpacks. */
export async function* readXlsx(body: AsyncIterable<Uint8Array>): AsyncGenerator<SheetRow[]> {
  const parts: Uint8Array[] = [];
  for await (const part of limitBytes(body, MAX_XLSX_BYTES)) parts.push(part);
  const files = readZip(Buffer.concat(parts));
  const { sheet, is1904 } = await findSheet(files);
  const texts = await readTexts(files.get("xl/sharedStrings.xml"));
  const dateStyles = await dateStylesOf((listener) => readPart(files.get("xl/styles.xml"), listener));
  const rows: SheetRow[] = [];
  const reader = createXmlReader(sheetListener({ texts, dateStyles, is1904 }, (row) => rows.push(row)));
  for await (const piece of textOf(sheet, MAX_SHEET_BYTES)) {
    reader.push(piece);
    yield rows.splice(0);
  }
}

async function* textOf(entry: ZipEntry, maxBytes: number): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  for await (const part of unpack(entry, maxBytes)) yield decoder.decode(part, { stream: true });
}

async function readPart(entry: ZipEntry | undefined, listener: XmlListener): Promise<void> {
  if (!entry) return;
  const reader = createXmlReader(listener);
  for await (const piece of textOf(entry, MAX_PART_BYTES)) reader.push(piece);
}

async function findSheet(files: Map<string, ZipEntry>): Promise<{ sheet: ZipEntry; is1904: boolean }> {
  let relation: string | undefined;
  let is1904 = false;
  await readPart(files.get("xl/workbook.xml"), {
    open(name, attributes) {
      if (name === "workbookPr") is1904 = ["1", "true"].includes(attributeOf(attributes, "date1904") ?? "");
      if (name !== "sheet" || (attributeOf(attributes, "state") ?? "visible") !== "visible") return;
      relation ??= /:id="([^"]+)"/.exec(attributes)?.[1];
    },
  });
  let target: string | undefined;
  await readPart(files.get("xl/_rels/workbook.xml.rels"), {
    open(name, attributes) {
      if (name !== "Relationship" || attributeOf(attributes, "Id") !== relation) return;
      target = attributeOf(attributes, "Target");
    },
  });
  const path = target?.startsWith("/") ? target.slice(1) : `xl/${target ?? "worksheets/sheet1.xml"}`;
  const sheet = files.get(path);
  if (!sheet) throw notAWorkbook();
  return { sheet, is1904 };
}

/** The texts that cells refer to by number. How they are read aloud (`rPh`) is no part of them. */
async function readTexts(entry: ZipEntry | undefined): Promise<string[]> {
  const texts: string[] = [];
  let current = "";
  let isText = false;
  let isAloud = false;
  await readPart(entry, {
    open(name) {
      if (name === "si") current = "";
      else if (name === "rPh") isAloud = true;
      else if (name === "t") isText = !isAloud;
    },
    text(text) {
      if (isText) current += text;
    },
    close(name) {
      if (name === "t") isText = false;
      else if (name === "rPh") isAloud = false;
      else if (name === "si") texts.push(decodeXml(current));
    },
  });
  return texts;
}

interface Workbook {
  texts: string[];
  dateStyles: DateStyles;
  is1904: boolean;
}

function sheetListener(workbook: Workbook, onRow: (row: SheetRow) => void): XmlListener {
  let row: SheetRow = { line: 0, cells: [] };
  let cell = "";
  let value = "";
  let isValue = false;
  let length = 0;
  return {
    open(name, attributes) {
      if (name === "row") {
        row = { line: lineOf(attributeOf(attributes, "r"), row.line), cells: [] };
        length = 0;
      } else if (name === "c") {
        cell = attributes;
        value = "";
      } else if (name === "v" || name === "t") isValue = true;
    },
    text(text) {
      if (!isValue) return;
      value += text;
      length += text.length;
      if (length > MAX_ROW_LENGTH) throw notAWorkbook();
    },
    close(name) {
      if (name === "v" || name === "t") isValue = false;
      else if (name === "c")
        place(row.cells, attributeOf(cell, "r"), cellText(workbook, cell, decodeXml(value)));
      else if (name === "row" && row.cells.some((text) => text.trim() !== "")) onRow(row);
    },
  };
}

/** Lines of a sheet, as its format has them. */
const MAX_LINES = 1_048_576;

/** The number that a row gives itself, where it can be one behind the row before; else the next. */
function lineOf(given: string | undefined, before: number): number {
  const line = Number(given);
  return Number.isInteger(line) && line > before && line <= MAX_LINES ? line : before + 1;
}

/** Columns of a sheet that are looked at; a header has fewer. */
const MAX_COLUMNS = 200;

/** Puts a text where its reference says (`C7`: the third place), or behind the last. */
function place(cells: string[], reference: string | undefined, text: string): void {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  const column = letters
    ? [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
    : cells.length;
  if (column >= MAX_COLUMNS) return;
  while (cells.length < column) cells.push("");
  cells[column] = text;
}
