import { readEnv } from "../../apps/api/src/platform/env.ts";
import { createLogger } from "../../apps/api/src/platform/logger.ts";
import { run } from "../../apps/api/src/run.ts";
import { installJumpingClock } from "./clock.ts";
import { obey, readSettings, tell } from "./parent.ts";

export interface ServerSettings {
  role: "api" | "worker";
  env: Record<string, string>;
}

/** The server as `main.ts` runs it, with a vendor on this machine and a clock that can jump. */
const jump = installJumpingClock();
const { role, env: given } = readSettings<ServerSettings>();
const env = readEnv(given);
Object.assign(process.env, { PORT: given.PORT });
obey((order) => {
  if (typeof order.clockJumpMs === "number") jump(order.clockJumpMs);
  return undefined;
});
run({ env, role, demo: false, logger: createLogger(env.LOG_LEVEL) }).then(
  () => tell({ isReady: true }),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
