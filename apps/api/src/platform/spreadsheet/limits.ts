import { invalidInput, payloadTooLarge } from "../errors.ts";

/** A row of a table as somebody has typed it; `line` is where it stands in the file, from 1. */
export interface SheetRow {
  line: number;
  cells: string[];
}

/** A million rows with some variables. */
export const MAX_CSV_BYTES = 100 * 1024 * 1024;
/** A workbook is read from its end, so it is held in memory. */
export const MAX_XLSX_BYTES = 20 * 1024 * 1024;
/** What one part of a workbook may unpack to. A bomb is found when it has unpacked to this, not before. */
export const MAX_SHEET_BYTES = 400 * 1024 * 1024;
/** Texts, styles and the like are held in memory. */
export const MAX_PART_BYTES = 32 * 1024 * 1024;
/** Characters of one record. */
export const MAX_ROW_LENGTH = 200_000;

export const unreadable = (detail: string) =>
  invalidInput(detail, { errors: [{ pointer: "", detail, code: "unreadable" }] });

/** Passes the parts on until they are more than `max` bytes. */
export async function* limitBytes(parts: AsyncIterable<Uint8Array>, max: number): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const part of parts) {
    sizeBytes += part.byteLength;
    if (sizeBytes > max) throw payloadTooLarge(`The file may have ${max} bytes at most.`);
    yield part;
  }
}
