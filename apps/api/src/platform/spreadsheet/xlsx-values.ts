import { attributeOf, type XmlListener } from "./xml.ts";

type Shown = "date" | "moment";
/** How each of the cell styles shows a number; undefined: as a number. */
export type DateStyles = readonly (Shown | undefined)[];

/** The formats that a workbook need not declare: `m/d/yy` and its kin, and those with a time. */
const BUILT_IN_DATES = new Map<number, Shown | undefined>([
  ...[14, 15, 16, 17, 27, 30, 31, 36, 50, 57].map((id) => [id, "date"] as const),
  ...[22].map((id) => [id, "moment"] as const),
]);

/** Which of the workbook's cell styles show a number as a date or a moment. */
export async function dateStylesOf(
  readStyles: (listener: XmlListener) => Promise<void>,
): Promise<DateStyles> {
  const formats = new Map(BUILT_IN_DATES);
  const styles: (Shown | undefined)[] = [];
  let isCellStyle = false;
  await readStyles({
    open(name, attributes) {
      const format = Number(attributeOf(attributes, "numFmtId"));
      if (name === "cellXfs") isCellStyle = true;
      else if (name === "numFmt") formats.set(format, shownAs(attributeOf(attributes, "formatCode") ?? ""));
      else if (name === "xf" && isCellStyle) styles.push(formats.get(format));
    },
    close(name) {
      if (name === "cellXfs") isCellStyle = false;
    },
  });
  return styles;
}

function shownAs(formatCode: string): Shown | undefined {
  const letters = formatCode.replace(/"[^"]*"|\[[^\]]*\]|\\./g, "").toLowerCase();
  if (!/[yd]/.test(letters)) return undefined;
  return /h/.test(letters) ? "moment" : "date";
}

interface CellContext {
  texts: readonly string[];
  dateStyles: DateStyles;
  is1904: boolean;
}

/** A cell's value as a reader of the sheet would write it. */
export function cellText({ texts, dateStyles, is1904 }: CellContext, cell: string, value: string): string {
  switch (attributeOf(cell, "t") ?? "n") {
    case "s":
      return texts[Number(value)] ?? "";
    case "b":
      return value === "1" ? "TRUE" : "FALSE";
    case "n":
      return numberText(value, dateStyles[Number(attributeOf(cell, "s") ?? -1)], is1904 ? DAYS_1904 : 0);
    default:
      return value;
  }
}

function numberText(value: string, shown: Shown | undefined, addedDays: number): string {
  const number = Number(value);
  if (value === "" || !Number.isFinite(number)) return value;
  return shown ? momentText(number + addedDays, shown) : String(number);
}

/** Days from the one epoch that workbooks have to the other, and from that to Unix time. */
const DAYS_1904 = 1462;
const DAYS_TO_UNIX = 25_569;

function momentText(days: number, shown: Shown): string {
  const at = new Date(Math.round((days - DAYS_TO_UNIX) * 86_400) * 1000);
  if (Number.isNaN(at.getTime())) return String(days);
  const text = at.toISOString();
  return shown === "date" ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}
