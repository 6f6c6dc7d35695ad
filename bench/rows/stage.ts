import { PLUGINS_DIR, SERVER_FILE } from "../scratch/bundle.ts";
import { cpuMicros } from "../scratch/cpu.ts";
import type { ScratchDatabase } from "../scratch/database.ts";
import { type Program, startProgram } from "../scratch/process.ts";
import type { Seeded } from "../scratch/seed.ts";

/** How much is measured. */
export interface Size {
  /** Users of the tenant: the audience of a broadcast. */
  users: number;
  /** Of these, the ones that get one request each, and the ones that get a mail. */
  singleUsers: number;
  mailUsers: number;
  /** Recipients of the reference that makes a job for each. */
  jobUsers: number;
  /** How long a load is measured. */
  measureMs: number;
  rounds: number;
}

/** What every row measures on. */
export interface Stage {
  database: ScratchDatabase;
  seeded: Seeded;
  size: Size;
  serverPort: number;
  vendorPort: number;
  mailPort: number;
}

export const vendorUrl = (port: number) => `http://127.0.0.1:${port}`;

/** `all` is the whole product, `api` takes messages in only, `expand` does all but send. */
export type Role = "all" | "api" | "expand";

export interface ServerOptions {
  /** Where the product is made to find fault with its own books. */
  isQuiet?: boolean;
  /** Pure plugins run in the sandbox. */
  isSealed?: boolean;
}

export function startServer(
  { database, seeded, ...stage }: Stage,
  role: Role,
  { isQuiet = false, isSealed = false }: ServerOptions = {},
): Promise<Program> {
  return startProgram(SERVER_FILE, {
    role,
    logLevel: isQuiet ? "silent" : "warn",
    databaseUrl: database.url,
    installationKey: seeded.installationKey,
    port: stage.serverPort,
    pluginsDir: PLUGINS_DIR,
    isSealed,
    allowedEndpoints: [stage.vendorPort, stage.mailPort].map((port) => `127.0.0.1:${port}`),
  });
}

export async function withServer<T>(
  stage: Stage,
  role: Role,
  work: (server: Program) => Promise<T>,
  options?: ServerOptions,
): Promise<T> {
  const server = await startServer(stage, role, options);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

export async function withVendor<T>(
  stage: Stage,
  latencyMs: number,
  work: (vendor: Program) => Promise<T>,
): Promise<T> {
  const vendor = await startProgram("programs/vendor.ts", { port: stage.vendorPort, latencyMs });
  try {
    return await work(vendor);
  } finally {
    await vendor.stop();
  }
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
