/** What a notification says of one recipient: https://www.rfc-editor.org/rfc/rfc3464 */
export interface RecipientStatus {
  /** `failed`, `delayed`, `delivered`, `relayed`, `expanded`; empty where none is given. */
  action: string;
  /** The enhanced status code, `5.1.1`. */
  status?: string;
  /** The server's reply as it was given, without its type. */
  diagnostic?: string;
}

/** A mail that did not arrive, for good. */
export interface Failure {
  code: string;
  detail?: string;
}

const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?!\d)/;
const ENHANCED_IN_REPLY = /(?<![\d.])(5\.\d{1,3}\.\d{1,3})(?!\.?\d)/;
const REPLY = /(?<!\d)(5\d\d)(?=[ -])/;
/** Says only that it failed: what the server replied tells more. */
const VAGUE = /^[45]\.0\.0$/;
const MAX_RECIPIENTS = 20;

/** Reads the body of a `message/delivery-status`: a group of fields about the mail, then one for each recipient. */
export function readDeliveryStatus(text: string): RecipientStatus[] {
  const groups = text.replace(/\r\n?/g, "\n").split(/\n[ \t]*\n+/);
  return groups.slice(0, MAX_RECIPIENTS).flatMap((group) => {
    const fields = readFields(group);
    const status = ENHANCED.exec(fields.get("status") ?? "")?.[1];
    const action = (fields.get("action") ?? "").toLowerCase();
    if (!action && !status) return [];
    const diagnostic = fields.get("diagnostic-code")?.replace(/^[a-z0-9-]+\s*;\s*/i, "");
    return [{ action, ...(status && { status }), ...(diagnostic && { diagnostic }) }];
  });
}

function readFields(group: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of group.replace(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

/**
 * Why it did not arrive, if that is the last word. What the server goes on trying is none, and neither is what it has
 * handed on.
 */
export function judgeStatus(statuses: readonly RecipientStatus[]): Failure | undefined {
  const failed = statuses.find(
    ({ action, status = "" }) => action === "failed" || (action === "" && status.startsWith("5.")),
  );
  if (!failed) return undefined;
  const { status, diagnostic = "" } = failed;
  const told = status && !VAGUE.test(status) ? status : (readCode(diagnostic) ?? status);
  return { code: told ?? "returned", ...(diagnostic && { detail: diagnostic }) };
}

/** The failure that a server tells in a sentence; undefined where no code of a failure for good is in it. */
export function readSentence(text: string): Failure | undefined {
  const line = text.split("\n").find((one) => readCode(one) !== undefined);
  const code = line === undefined ? undefined : readCode(line);
  return code === undefined ? undefined : { code, detail: line?.trim() ?? "" };
}

const readCode = (text: string): string | undefined =>
  ENHANCED_IN_REPLY.exec(text)?.[1] ?? REPLY.exec(text)?.[1];
