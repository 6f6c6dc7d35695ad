import { MEMBERS, OPERATIONS, OPERATORS, OWNER, PASSWORD, SCHOOL } from "./school.ts";
import type { SeededSchool } from "./seed.ts";
import type { DemoSimulator } from "./simulators.ts";

/** One line of what is being done, for the person at the terminal. Silent where nobody watches. */
export function progress(message: string): void {
  console.log(`  · ${message}`);
}

export interface Announcement {
  publicUrl: string;
  role: string;
  queue: "redis" | "postgres";
  embedded: boolean;
  /** Else its address waits for it. */
  isConsoleBuilt: boolean;
  simulators: DemoSimulator[];
  /** Where the site is that embeds the inbox. */
  portalUrl: string | undefined;
  seeded: SeededSchool | undefined;
  /** `performance.now()` at the start. */
  startedAt: number;
}

/** Says what runs where, how to sign in, and what to try next. */
export function announce(options: Announcement): void {
  const seconds = ((performance.now() - options.startedAt) / 1000).toFixed(1);
  const lines = [
    "",
    `Tidings is ready (${seconds} s)`,
    "",
    `  Console   ${options.publicUrl}${options.isConsoleBuilt ? "" : "  (not built yet: the page waits for it)"}`,
    `  API docs  ${options.publicUrl}/docs`,
    `  Runs      ${options.role}, PostgreSQL ${options.embedded ? "embedded" : "at DATABASE_URL"}, queue on ${options.queue}`,
    ...(options.seeded ? describeDemo(options, options.seeded) : []),
    "",
    "  Ctrl-C stops everything; the data stays.",
    "",
  ];
  console.log(lines.join("\n"));
}

function describeDemo({ publicUrl, simulators, portalUrl }: Announcement, seeded: SeededSchool): string[] {
  const pages = simulators.map(({ plugin, simulator }) => `  ${plugin.padEnd(16)} ${simulator.url}`);
  const key = seeded.apiKey ?? "td_live_… (make one under 上游系统 → 密钥)";
  return [
    "",
    `The demo school ${SCHOOL.name} · password for all: ${PASSWORD}`,
    `  owner     ${OWNER.email}`,
    ...MEMBERS.map(({ email, roleCode }) => `  ${roleCode.padEnd(9)} ${email}`),
    "",
    `The operators of the installation (${OPERATIONS.name}), who run its marketplace`,
    ...OPERATORS.map(({ email }) => `  operator  ${email}`),
    "",
    "What arrives at the vendors (simulators on this machine)",
    ...pages,
    `  ${"inbox".padEnd(16)} ${portalUrl} (a site of the school's that embeds it)`,
    "",
    "Try next",
    `  Open the first message: ${publicUrl}/messages/${seeded.firstMessageId}`,
    "  Or send one yourself:",
    `  curl -s ${publicUrl}/v1/messages -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\`,
    `    -d '{"audience":{"kind":"users","userIds":["2024001"]},"channels":["school-sms"],"template":"attendance-warning","variables":{"course":"英语","rate":"65%"}}'`,
  ];
}
