import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { readPostmaster } from "../src/embedded/postmaster.ts";
import { until } from "../src/testing/index.ts";

const script = fileURLToPath(new URL("./embedded-run.ts", import.meta.url));

interface Started {
  child: ChildProcess;
  url: string;
  reused: boolean;
  progress: string[];
  stop(): Promise<void>;
  kill(): Promise<void>;
}

describe("the embedded server", () => {
  let folder: string;
  let freePort: number;
  const cluster = () => join(folder, "cluster");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tidings-embedded-"));
    await chmod(folder, 0o711);
    freePort = await findFreePort();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("starts in an empty folder, keeps its password private and starts again with the data", async () => {
    const first = await start();
    expect(first).toMatchObject({ reused: false, progress: [] });
    await withSession(first.url, "test", (sql) => sql`create table kept (n int)`);
    await first.stop();
    expect(readPostmaster(cluster())).toBeUndefined();
    expect((await stat(join(folder, "password"))).mode & 0o777).toBe(0o600);

    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await withSession(second.url, "test", (sql) => sql`select * from kept`)).toEqual([]);
    await second.stop();
  });

  it("reuses the server that a killed process left behind, and stops it in the end", async () => {
    const killed = await start();
    await killed.kill();
    const next = await start();
    expect(next).toMatchObject({ url: killed.url, reused: true });
    await next.stop();
    expect(readPostmaster(cluster())).toBeUndefined();
  });

  it("shares the server of a living process and leaves it running", async () => {
    const [owner, guest] = await Promise.all([start(), start()]).then((both) =>
      both.sort((a, b) => Number(a.reused) - Number(b.reused)),
    );
    expect([owner?.reused, guest?.reused]).toEqual([false, true]);
    await guest?.stop();
    await withSession(owner?.url ?? "", "test", (sql) => sql`select 1`);
    await owner?.stop();
  });

  it("recovers after the server itself was killed", async () => {
    const before = await start();
    const pid = readPostmaster(cluster())?.pid ?? 0;
    await before.kill();
    process.kill(pid, "SIGKILL");
    const after = await start();
    expect(after.reused).toBe(false);
    await after.stop();
  });

  it("starts a killed server again at the same address while its process goes on, and stops it in the end", async () => {
    const server = await start();
    const pid = readPostmaster(cluster())?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    const answers = () =>
      withSession(server.url, "test", (sql) => sql`select 1`).then(
        () => readPostmaster(cluster())?.pid !== pid,
        () => false,
      );
    await until(answers, { timeoutMs: 20_000 });
    await server.stop();
    expect(readPostmaster(cluster())).toBeUndefined();
  });

  it("starts although a stranger got the process id of the pid file, as after a reboot", async () => {
    await writeFile(
      join(cluster(), "postmaster.pid"),
      `${process.pid}\n${cluster()}\n0\n${freePort}\n\n127.0.0.1\n`,
    );
    const server = await start();
    expect(server.reused).toBe(false);
    await server.stop();
  });

  it("stops a server that refuses its password, and leaves none behind", async () => {
    const lost = await start();
    await lost.kill();
    await withSession(lost.url, "test", (sql) => sql`alter role postgres password 'changed'`);
    await expect(start()).rejects.toThrow("password authentication failed");
    expect(readPostmaster(cluster())).toBeUndefined();
    await rm(cluster(), { recursive: true });
  });

  it("takes another port when the preferred one is in use", async () => {
    const blocker = createServer().listen(freePort, "127.0.0.1");
    await once(blocker, "listening");
    const server = await start();
    expect(new URL(server.url).port).not.toBe(String(freePort));
    await server.stop();
    blocker.close();
  });

  async function start(): Promise<Started> {
    const child = spawn(process.execPath, ["--import", "tsx", script, folder, String(freePort)]);
    let output = "";
    let errors = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.stderr.on("data", (text) => {
      errors += text;
    });
    const ended = once(child, "exit");
    await Promise.race([ended, until(() => output.includes("\n"), { timeoutMs: 20_000 })]);
    if (!output) throw new Error(errors);
    return {
      ...JSON.parse(output),
      stop: async () => {
        child.stdin.write("stop\n");
        await ended;
      },
      kill: async () => {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
