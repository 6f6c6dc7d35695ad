export type { SheetRow } from "./limits.ts";
export { readSheet, XLSX } from "./read-sheet.ts";
