import { fileURLToPath } from "node:url";
import { SERVER_FILE } from "../scratch/bundle.ts";
import { cpuMicros } from "../scratch/cpu.ts";
import type { ScratchDatabase } from "../scratch/database.ts";
import { type Program, startProgram } from "../scratch/process.ts";
import type { Seeded } from "../scratch/seed.ts";

/** What every row measures on. */
export interface Stage {
  database: ScratchDatabase;
  seeded: Seeded;
  serverPort: number;
  vendorPort: number;
  /** Users of the tenant: the broadcast's audience. */
  users: number;
  /** How long the load of row `accept` is measured. */
  measureMs: number;
}

export const PLUGINS_DIR = fileURLToPath(new URL("../plugins", import.meta.url));

export const vendorUrl = (port: number) => `http://127.0.0.1:${port}/batch`;

export function startServer({ database, seeded, ...stage }: Stage, role: "all" | "api"): Promise<Program> {
  return startProgram(SERVER_FILE, {
    role,
    databaseUrl: database.url,
    installationKey: seeded.installationKey,
    port: stage.serverPort,
    pluginsDir: PLUGINS_DIR,
    allowedEndpoints: [`127.0.0.1:${stage.vendorPort}`],
  });
}

/** Starts a meter; what it returns reads the CPU time of server and PostgreSQL since then, µs per message. */
export function startMeter({ database }: Stage, server: Program) {
  const read = () => [cpuMicros(server.pid), cpuMicros(database.pid)] as const;
  const [serverBefore, databaseBefore] = read();
  return (messages: number) => {
    const [serverAfter, databaseAfter] = read();
    return {
      serverMicros: (serverAfter - serverBefore) / messages,
      databaseMicros: (databaseAfter - databaseBefore) / messages,
    };
  };
}
