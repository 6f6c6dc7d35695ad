import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Simulator } from "@tidings/sdk/testing";
import { REPOSITORY } from "./installation.ts";

const START_TIMEOUT_MS = 60_000;
/** Printed once the demo school is in place; `/ready` answers before that. */
const SEEDED = "Tidings is ready";

/** The server as it is shipped, in processes of its own that can be killed. */
export interface BuiltServer {
  publicUrl: string;
  /** Starts a process and waits until it serves. */
  start(): Promise<void>;
  /** SIGKILL, as the kernel does when memory is short: nothing is drained, nothing said. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export interface BuiltServerOptions {
  env: Record<string, string>;
  /** The SMS vendor that the server's SMS channel talks to, and that survives it. */
  smsVendor: Pick<Simulator, "endpoints" | "settings">;
  /** In place of the limits that the SMS plugin's manifest declares. */
  smsLimits: { batchSize?: number; timeoutMs?: number };
}

/** Builds the sources as they are into a scratch folder, with plugins whose SMS vendor is the given one. */
export async function buildServer(options: BuiltServerOptions): Promise<BuiltServer> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-built-"));
  await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  await symlink(join(REPOSITORY, "apps/api/src"), join(folder, "src"));
  execFileSync(process.execPath, [join(REPOSITORY, "apps/api/build.mjs")], { cwd: folder });
  await layPlugins(join(folder, "plugins"), options);
  const port = await findFreePort();
  const env = {
    ...process.env,
    REDIS_URL: "",
    PUBLIC_URL: "",
    HOST: "127.0.0.1",
    PORT: String(port),
    LOG_LEVEL: "warn",
    PLUGINS_DIR: join(folder, "plugins"),
    CONSOLE_DIR: join(folder, "no-console"),
    ...options.env,
  };
  let server: ChildProcess | undefined;
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  };
  // A run that breaks off leaves no server behind.
  process.once("exit", () => server?.kill("SIGKILL"));
  return {
    publicUrl: `http://127.0.0.1:${port}`,
    async start() {
      const stdio = ["ignore", "pipe", "pipe"] as const;
      server = spawn(process.execPath, ["dist/main.js", "--demo"], { cwd: folder, env, stdio: [...stdio] });
      await seeded(server);
    },
    kill,
    async remove() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The repository's plugins; in place of the SMS vendor's simulator one that points at the vendor outside. */
async function layPlugins(folder: string, { smsVendor, smsLimits }: BuiltServerOptions): Promise<void> {
  const own = join(REPOSITORY, "plugins");
  const sms = join(folder, "sms-aliyun");
  await mkdir(join(sms, "dist"), { recursive: true });
  await symlink(join(own, "webhook"), join(folder, "webhook"));
  await symlink(join(own, "email-smtp"), join(folder, "email-smtp"));
  await cp(join(own, "sms-aliyun/dist/plugin.js"), join(sms, "dist/plugin.js"));
  await writeFile(join(sms, "package.json"), JSON.stringify({ type: "module" }));
  const manifest = JSON.parse(await readFile(join(own, "sms-aliyun/channel.json"), "utf8"));
  Object.assign(manifest.limits, smsLimits);
  await writeFile(join(sms, "channel.json"), JSON.stringify(manifest));
  const { endpoints, settings } = smsVendor;
  const simulator = JSON.stringify({ url: `http://${endpoints[0]}/`, endpoints, settings });
  await writeFile(
    join(sms, "dist/simulator.js"),
    `export const startSimulator = async () =>
      ({ ...${simulator}, received: () => [], misbehave() {}, close: async () => {} });`,
  );
}

/** Waits until the server serves; fails with what it said when it ends or takes too long. */
function seeded(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string) => reject(new Error(`The server ${why}.\n${output}`));
    const timer = setTimeout(() => fail("did not get ready in time"), START_TIMEOUT_MS);
    const read = (chunk: Buffer) => {
      output += chunk;
      if (!output.includes(SEEDED)) return;
      clearTimeout(timer);
      resolve();
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.once("error", (error) => fail(`could not be started: ${error.message}`));
    server.once("exit", (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${code ?? signal}`);
    });
  });
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
