import { limitBytes, MAX_CSV_BYTES, MAX_ROW_LENGTH, type SheetRow, unreadable } from "./limits.ts";
import { createTextReader } from "./text-encoding.ts";

/**
 * Reads comma-separated values as they come, RFC 4180 with what Excel and WPS make of it: GB18030 or UTF-8 with or
 * without a mark, CR LF or LF, semicolons or tabs where the first line has no comma. Blank lines are left out.
 */
export async function* readCsv(
  body: AsyncIterable<Uint8Array>,
  charset: string | undefined,
): AsyncGenerator<SheetRow[]> {
  const text = createTextReader(charset);
  const parser = createCsvParser();
  for await (const part of limitBytes(body, MAX_CSV_BYTES)) yield parser.push(text.push(part));
  yield parser.push(text.end());
  yield parser.end();
}

interface CsvParser {
  /** The records that are complete by now. */
  push(text: string): SheetRow[];
  end(): SheetRow[];
}

export function createCsvParser(): CsvParser {
  let rest = "";
  let line = 1;
  let delimiter: string | undefined;

  function take(record: string, rows: SheetRow[]): void {
    const trimmed = record.endsWith("\r") ? record.slice(0, -1) : record;
    if (trimmed.trim() !== "") {
      delimiter ??= delimiterOf(trimmed);
      rows.push({ line, cells: cellsOf(trimmed, delimiter) });
    }
    line += countLines(record);
  }

  return {
    push(text) {
      const rows: SheetRow[] = [];
      const all = rest + text;
      let start = 0;
      let quote = all.indexOf('"');
      let isQuoted = false;
      for (let end = all.indexOf("\n"); end !== -1; end = all.indexOf("\n", end + 1)) {
        for (; quote !== -1 && quote < end; quote = all.indexOf('"', quote + 1)) isQuoted = !isQuoted;
        // A line break between quotes is part of a cell.
        if (isQuoted) continue;
        take(all.slice(start, end), rows);
        start = end + 1;
      }
      rest = all.slice(start);
      if (rest.length > MAX_ROW_LENGTH) {
        throw unreadable(`The record that begins in line ${line} does not end; a quote may be missing.`);
      }
      return rows;
    },
    end() {
      const rows: SheetRow[] = [];
      if (rest !== "") take(rest, rows);
      rest = "";
      return rows;
    },
  };
}

const countLines = (record: string) => (record.includes("\n") ? record.split("\n").length : 1);

const delimiterOf = (header: string) =>
  [",", ";", "\t"].find((character) => header.includes(character)) ?? ",";

function cellsOf(record: string, delimiter: string): string[] {
  if (!record.includes('"')) return record.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; at <= record.length; ) {
    const [cell, end] = record[at] === '"' ? quotedCell(record, at) : plainCell(record, at, delimiter);
    cells.push(cell);
    const next = record.indexOf(delimiter, end);
    at = next === -1 ? record.length + 1 : next + 1;
  }
  return cells;
}

function plainCell(record: string, start: number, delimiter: string): [cell: string, end: number] {
  const end = record.indexOf(delimiter, start);
  return end === -1 ? [record.slice(start), record.length] : [record.slice(start, end), end];
}

function quotedCell(record: string, start: number): [cell: string, end: number] {
  let cell = "";
  for (let at = start + 1; ; ) {
    const quote = record.indexOf('"', at);
    if (quote === -1) return [cell + record.slice(at), record.length];
    cell += record.slice(at, quote);
    if (record[quote + 1] !== '"') return [cell, quote + 1];
    cell += '"';
    at = quote + 2;
  }
}
