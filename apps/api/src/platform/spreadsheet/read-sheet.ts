import { unsupportedMediaType } from "../errors.ts";
import { readCsv } from "./csv.ts";
import type { SheetRow } from "./limits.ts";
import { readXlsx } from "./xlsx.ts";

export const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV = "text/csv";

/** The rows of an uploaded table, some at a time, as they arrive. */
export function readSheet(
  contentType: string | undefined,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<SheetRow[]> {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase());
  if (type === XLSX) return readXlsx(body);
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice(8);
  if (type === CSV) return readCsv(body, charset?.replaceAll('"', ""));
  throw unsupportedMediaType("Send the file as CSV (text/csv) or as an Excel workbook (.xlsx).", {
    headers: { accept: `${CSV}, ${XLSX}` },
  });
}
