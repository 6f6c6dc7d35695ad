import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Simulator } from "@tidings/sdk/testing";
import { REPOSITORY } from "./installation.ts";

const START_TIMEOUT_MS = 60_000;
/** Printed once everything, and the demo school, is in place; `/ready` answers before that. */
const SEEDED = "Tidings is ready";

/** The server as it is shipped, in processes of its own that can be killed. */
export interface BuiltServer {
  publicUrl: string;
  /** Starts a process and waits until it serves. */
  start(): Promise<void>;
  /** What the process that was started last has said so far. */
  output(): string;
  /** SIGKILL, as the kernel does when memory is short: nothing is drained, nothing said. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

/** A vendor that the server's channels of a plugin talk to, and that survives it. */
export interface OutsideVendor extends Pick<Simulator, "endpoints" | "settings"> {
  /** In place of the limits that the plugin's manifest declares. */
  limits?: { batchSize?: number; timeoutMs?: number };
}

type PluginFolder = (typeof PLUGINS)[number];

export interface BuiltServerOptions {
  env: Record<string, string>;
  /** In place of the simulators that the server would start, by the plugin's folder. */
  vendors?: Partial<Record<PluginFolder, OutsideVendor>>;
  /** Folders of further plugins. */
  plugins?: string[];
  /** Whether there is a demo school, and its vendors may be called. Default: yes. */
  demo?: boolean;
}

/** Those that the demo school has channels of. */
const PLUGINS = ["sms-aliyun", "email-smtp", "webhook", "inbox"] as const;

/** Builds the sources as they are into a scratch folder, with plugins that talk to the given vendors. */
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
  let output = "";
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
      const flag = options.demo === false ? "--no-demo" : "--demo";
      server = spawn(process.execPath, ["dist/main.js", flag], { cwd: folder, env, stdio: [...stdio] });
      output = "";
      for (const stream of [server.stdout, server.stderr]) {
        stream?.on("data", (chunk: Buffer) => {
          output += chunk;
        });
      }
      await seeded(server, () => output);
    },
    output: () => output,
    kill,
    async remove() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The repository's plugins; those with a vendor outside have a simulator that only points at it. */
async function layPlugins(folder: string, { vendors = {}, plugins = [] }: BuiltServerOptions): Promise<void> {
  await mkdir(folder);
  for (const path of plugins) await symlink(path, join(folder, basename(path)));
  for (const plugin of PLUGINS) {
    const vendor = vendors[plugin];
    const own = join(REPOSITORY, "plugins", plugin);
    if (vendor) await copyPlugin(own, join(folder, plugin), vendor);
    else await symlink(own, join(folder, plugin));
  }
}

async function copyPlugin(
  from: string,
  to: string,
  { endpoints, settings, limits }: OutsideVendor,
): Promise<void> {
  await mkdir(join(to, "dist"), { recursive: true });
  await cp(join(from, "dist/plugin.js"), join(to, "dist/plugin.js"));
  await writeFile(join(to, "package.json"), JSON.stringify({ type: "module" }));
  const manifest = JSON.parse(await readFile(join(from, "channel.json"), "utf8"));
  Object.assign(manifest.limits, limits);
  await writeFile(join(to, "channel.json"), JSON.stringify(manifest));
  const simulator = JSON.stringify({ url: `http://${endpoints[0]}/`, endpoints, settings });
  await writeFile(
    join(to, "dist/simulator.js"),
    `export { demo } from ${JSON.stringify(pathToFileURL(join(from, "dist/simulator.js")).href)};
    export const startSimulator = async () =>
      ({ ...${simulator}, received: () => [], misbehave() {}, close: async () => {} });`,
  );
}

/** Waits until the server serves; fails with what it said when it ends or takes too long. */
function seeded(server: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The server ${why}.\n${output()}`));
    const timer = setTimeout(() => fail("did not get ready in time"), START_TIMEOUT_MS);
    server.stdout?.on("data", () => {
      if (!output().includes(SEEDED)) return;
      clearTimeout(timer);
      resolve();
    });
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
