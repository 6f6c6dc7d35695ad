import { parseArgs } from "node:util";
import { readEnv } from "./platform/env.ts";
import { createLogger } from "./platform/logger.ts";
import { run } from "./run.ts";

const ROLES = ["all", "api", "worker"] as const;
type Role = (typeof ROLES)[number];

/**
 * The server. `--role api` serves HTTP only, `--role worker` sends only, `--role all` (the default) does both.
 * `--demo` adds a demo tenant with vendor simulators; without `DATABASE_URL` it is on unless `--no-demo` is given.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { role: { type: "string", default: "all" }, demo: { type: "boolean" } },
    allowNegative: true,
  });
  if (!ROLES.includes(values.role as Role)) throw new Error(`--role is one of ${ROLES.join(", ")}`);
  const env = readEnv(process.env);
  const demo = values.demo ?? env.DATABASE_URL === undefined;
  const stop = await run({ env, role: values.role as Role, demo, logger: createLogger(env.LOG_LEVEL) });
  stopOnSignal(stop);
}

const STOP_TIMEOUT_MS = 25_000;

/** The first signal drains, the second one or the deadline ends at once: leases recover what was under way. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    stop().then(
      () => process.exit(),
      () => process.exit(1),
    );
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
