import type { schema } from "@tidings/db";
import { invalidInput } from "../../platform/errors.ts";

export const MAX_FILE_ROWS = 1_000_000;
/** Bad rows that are kept to be shown; all are counted. */
export const MAX_BAD_ROWS = 100;
export const MAX_VARIABLES = 50;
const MAX_RECIPIENT_LENGTH = { addresses: 500, users: 64 };
const MAX_VALUE_LENGTH = 2000;

/** How the column of the recipients may be called, in small letters. */
const RECIPIENT_COLUMNS: Record<string, Recipients> = {
  address: "addresses",
  地址: "addresses",
  userid: "users",
  user_id: "users",
  用户id: "users",
};
const VARIABLE_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;
const USER_ID = /^[A-Za-z0-9._@:-]{1,64}$/;

export type Recipients = "addresses" | "users";

/** What the header row of a file says. */
export interface FileHeader {
  recipients: Recipients;
  recipientIndex: number;
  variables: { index: number; name: string }[];
  width: number;
}

/** Reads the header row; throws with everything that is wrong with it. */
export function readHeader(cells: readonly string[]): FileHeader {
  const names = cells.map((cell) => cell.trim());
  const found = names.flatMap((name, index) => {
    const recipients = RECIPIENT_COLUMNS[name.toLowerCase()];
    return recipients ? [{ recipients, index }] : [];
  });
  const [recipient, second] = found;
  if (!recipient) {
    throw badHeader(
      'The first row has to name the columns, and one of them "address" or "userId" (用户ID).',
      "no_recipient_column",
    );
  }
  if (second) throw badHeader("Two columns name the recipients; leave one of them.", "two_recipient_columns");
  const variables = names.flatMap((name, index) =>
    name === "" || index === recipient.index ? [] : [{ index, name }],
  );
  checkVariables(variables);
  return {
    recipients: recipient.recipients,
    recipientIndex: recipient.index,
    variables,
    width: names.length,
  };
}

function checkVariables(variables: FileHeader["variables"]): void {
  for (const { name, index } of variables) {
    if (VARIABLE_NAME.test(name)) continue;
    const shown = name.slice(0, 64);
    throw badHeader(
      `Column ${index + 1} is called "${shown}". Call it like the template's variable: letters, digits and _, a letter first.`,
      "not_a_variable",
    );
  }
  const names = variables.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw badHeader(`Two columns are called "${twice}".`, "named_twice");
  if (names.length > MAX_VARIABLES) {
    throw badHeader(
      `There are ${names.length} columns of variables; ${MAX_VARIABLES} are possible.`,
      "too_many",
    );
  }
}

const badHeader = (detail: string, code: string) =>
  invalidInput(detail, { errors: [{ pointer: "", detail, code }] });

/** A row that goes, or why it does not. */
export type JudgedRow =
  | { recipient: string; variables: Record<string, string> | undefined }
  | { code: string; column?: string };

export const BAD_ROW_CODES = [
  "no_recipient",
  "not_an_address",
  "not_a_user_id",
  "too_many_cells",
  "too_long",
  "forbidden_character",
] as const;

/** Judges one row below the header. A blank cell gives the variable no value. */
export function judgeRow(
  header: FileHeader,
  cells: readonly string[],
  isAddress: (text: string) => boolean,
): JudgedRow {
  const recipient = (cells[header.recipientIndex] ?? "").trim();
  if (recipient === "") return { code: "no_recipient" };
  if (recipient.length > MAX_RECIPIENT_LENGTH[header.recipients]) return { code: "too_long" };
  if (header.recipients === "users" && !USER_ID.test(recipient)) return { code: "not_a_user_id" };
  if (header.recipients === "addresses" && !isAddress(recipient)) return { code: "not_an_address" };
  if (cells.length > header.width && cells.slice(header.width).some((cell) => cell.trim() !== "")) {
    return { code: "too_many_cells" };
  }
  return readVariables(header, cells, recipient);
}

function readVariables(header: FileHeader, cells: readonly string[], recipient: string): JudgedRow {
  let variables: Record<string, string> | undefined;
  for (const { index, name } of header.variables) {
    const value = (cells[index] ?? "").trim();
    if (value === "") continue;
    if (value.length > MAX_VALUE_LENGTH) return { code: "too_long", column: name };
    if (value.includes("\0") || !value.isWellFormed()) return { code: "forbidden_character", column: name };
    variables ??= {};
    variables[name] = value;
  }
  return { recipient, variables };
}

/** What an upload has come to so far. */
export class Tally {
  rowCount = 0;
  badCount = 0;
  readonly badRows: schema.BadRow[] = [];
  private readonly blanks: Map<string, number>;

  constructor(header: FileHeader) {
    this.blanks = new Map(header.variables.map(({ name }) => [name, 0]));
  }

  addBad(row: schema.BadRow): void {
    this.badCount++;
    if (this.badRows.length < MAX_BAD_ROWS) this.badRows.push(row);
  }

  addGood(variables: Record<string, string> | undefined): void {
    this.rowCount++;
    for (const [name, count] of this.blanks) {
      if (variables?.[name] === undefined) this.blanks.set(name, count + 1);
    }
  }

  get columns(): { name: string; blankCount: number }[] {
    return [...this.blanks].map(([name, blankCount]) => ({ name, blankCount }));
  }
}
