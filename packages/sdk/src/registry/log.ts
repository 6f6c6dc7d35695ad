import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { fault, within } from "../faults/index.ts";
import { type Envelope, findSigner, openEnvelope, readEnvelope, seal } from "../package/envelope.ts";
import { PackageRefused } from "../package/refused.ts";
import { findSchemaProblems } from "../testing/conformance/schema.ts";
import { LABELS, type Label, LOG_TYPE, type LogHead } from "./format.ts";

/*
 * What a registry has said, line by line, and never takes back. Each line is signed and names the one before by its
 * hash, so a mirror can leave nothing out in the middle, and a registry cannot put another archive in the place of a
 * version without everybody seeing it. A line says what holds from then on for one version.
 */

/** What holds of one version after a line: its archive and labels, or that it is withdrawn. */
export interface LogRecord {
  /** From 1. */
  number: number;
  /** SHA-256 of the line before; zeros for the first. */
  previous: string;
  /** ISO 8601, UTC. */
  at: string;
  pluginId: string;
  version: string;
  sha256: string;
  state: "listed" | "withdrawn";
  labels: Label[];
}

export type LogEvent = Pick<LogRecord, "pluginId" | "version" | "sha256" | "state" | "labels">;

/** What a log comes to. */
export interface LogOutcome extends LogHead {
  /** The last word on each version, by `<plugin>@<version>`. */
  states: ReadonlyMap<string, LogEvent>;
}

/** Between so many signatures others get their turn. */
const LINES_AT_ONCE = 20;
const BEGINNING = "0".repeat(64);

const recordSchema = {
  type: "object",
  required: ["number", "previous", "at", "pluginId", "version", "sha256", "state", "labels"],
  additionalProperties: false,
  properties: {
    number: { type: "integer" },
    previous: { type: "string", pattern: "^[0-9a-f]{64}$" },
    at: { type: "string", format: "date-time" },
    pluginId: { type: "string", maxLength: 101 },
    version: { type: "string", maxLength: 64 },
    sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
    state: { enum: ["listed", "withdrawn"] },
    labels: { type: "array", maxItems: 4, items: { enum: LABELS } },
  },
} as const;

export const logKeyOf = (pluginId: string, version: string) => `${pluginId}@${version}`;

/** The log with lines for what has changed; the same log if nothing has. */
export function extendLog(
  log: string,
  before: LogOutcome,
  events: readonly LogEvent[],
  { privateKey, at }: { privateKey: string; at: Date },
): string {
  let { length, head } = before;
  let extended = log;
  for (const event of events) {
    length += 1;
    const record: LogRecord = { number: length, previous: head, at: at.toISOString(), ...event };
    const line = JSON.stringify(seal(LOG_TYPE, record, "registry", privateKey));
    head = hashOf(line);
    extended += `${line}\n`;
  }
  return extended;
}

/**
 * Reads a log from its beginning.
 *
 * @throws {PackageRefused} for a line that no key signed, that does not follow the one before, or that gives a version
 * another archive
 */
export async function readLog(log: string, keys: readonly string[]): Promise<LogOutcome> {
  const states = new Map<string, LogEvent>();
  let length = 0;
  let head = BEGINNING;
  for (const line of log.split("\n").filter((text) => text !== "")) {
    length += 1;
    const record = readRecord(line, length, keys);
    if (record.number !== length || record.previous !== head) {
      throw new PackageRefused([fault("log_broken", { line: length })]);
    }
    keepArchive(states, record);
    head = hashOf(line);
    if (length % LINES_AT_ONCE === 0) await setImmediate();
  }
  return { length, head, states };
}

function readRecord(line: string, number: number, keys: readonly string[]): LogRecord {
  const envelope = parseEnvelope(line, number);
  if (!findSigner(envelope, "registry", keys)) {
    throw new PackageRefused([fault("log_unsigned", { line: number })]);
  }
  const record = openEnvelope(envelope, LOG_TYPE);
  const problems = findSchemaProblems(recordSchema, record);
  if (problems.length > 0) throw new PackageRefused(problems.map(within("in_log_line", { line: number })));
  return record as LogRecord;
}

function parseEnvelope(line: string, number: number): Envelope {
  try {
    return readEnvelope(JSON.parse(line));
  } catch {
    throw new PackageRefused([fault("log_unreadable", { line: number })]);
  }
}

function keepArchive(states: Map<string, LogEvent>, record: LogRecord): void {
  const { pluginId, version, sha256, state, labels } = record;
  const key = logKeyOf(pluginId, version);
  const known = states.get(key);
  if (known && known.sha256 !== sha256) {
    throw new PackageRefused([fault("log_rewrites", { name: key })]);
  }
  states.set(key, { pluginId, version, sha256, state, labels });
}

const hashOf = (line: string): string => createHash("sha256").update(line).digest("hex");
