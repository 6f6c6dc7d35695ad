import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Pool } from "undici";
import { within } from "../../../deadline.ts";
import type { Answer, SealedCall } from "../bundle.ts";
import type { SandboxLimits } from "../limits.ts";
import { peakBytesOfChildren } from "./peak-memory.ts";

const MAIN = "src/platform/plugin-runtime/sandbox/process/main.mjs";
/** What is not for this system to limit, it leaves unlimited. */
const LIMITED = 'ulimit -c 0; ulimit -d "$0" 2>/dev/null; exec "$@"';

/** A workerd that runs sealed plugins: no network, no environment, one thread. */
export interface SandboxProcess {
  /** Throws when the process is gone. */
  call(call: SealedCall, signal: AbortSignal): Promise<Answer>;
  /** Settles when the process answers; throws when it is gone. */
  beat(): Promise<void>;
  /** The most memory it has held; undefined where the system does not tell. */
  peakBytes(): number | undefined;
  /** Ends it at once, whatever it does; settles when it is gone. */
  kill(): Promise<void>;
}

export type StartProcess = () => Promise<SandboxProcess>;

/** Starts a process; throws if it does not listen in time. */
export async function startSandboxProcess(limits: SandboxLimits): Promise<SandboxProcess> {
  const child = spawnMain(limits);
  const gone = once(child, "exit").catch(() => undefined);
  const kill = async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    // The group, which is workerd as well; it is not there any more where it has just ended by itself.
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {}
    await gone;
  };
  try {
    const { origin, token } = await within(limits.startMs, "starting the sandbox", addressOf(child));
    return connect({ origin, token, limits, child, kill });
  } catch (error) {
    await kill();
    throw error;
  }
}

/** With nothing of our environment, and as the head of a process group, which terminals' signals do not reach. */
function spawnMain({ dataBytes }: SandboxLimits): ChildProcess {
  const main = join(dirname(createRequire(import.meta.url).resolve("@tidings/api/package.json")), MAIN);
  const command = [LIMITED, String(dataBytes / 1024), process.execPath, main];
  const child = spawn("/bin/sh", ["-c", ...command], {
    env: {},
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    detached: true,
  });
  child.unref();
  child.channel?.unref();
  return child;
}

interface Address {
  origin: string;
  token: string;
}

function addressOf(child: ChildProcess): Promise<Address> {
  return new Promise((resolve, reject) => {
    child.once("message", (message: Address | { failure: string }) =>
      "failure" in message ? reject(new Error(message.failure)) : resolve(message),
    );
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`the sandbox ended with ${signal ?? code}`)));
  });
}

interface Connection extends Address {
  limits: SandboxLimits;
  child: ChildProcess;
  kill(): Promise<void>;
}

const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };

function connect({ origin, token, limits, child, kill }: Connection): SandboxProcess {
  const headers = { authorization: `Bearer ${token}` };
  const calls = new Pool(origin, { connections: limits.atOnce.inAll, ...NO_TIMEOUTS });
  // A heartbeat must not wait for a connection.
  const beats = new Pool(origin, { connections: 1, ...NO_TIMEOUTS });

  const request = ({ bundle, scope, name, input }: SealedCall, signal: AbortSignal) =>
    calls.request({
      method: "POST",
      path: `/calls/${bundle.hash}/${scope}/${name}`,
      headers,
      body: input,
      signal,
    });

  async function bring({ hash, code }: SealedCall["bundle"], signal: AbortSignal): Promise<void> {
    const put = await calls.request({
      method: "PUT",
      path: `/bundles/${hash}`,
      headers,
      body: code,
      signal,
    });
    await put.body.dump();
  }

  return {
    async call(call, signal) {
      let answer = await request(call, signal);
      if (answer.statusCode === 404) {
        await answer.body.dump();
        await bring(call.bundle, signal);
        answer = await request(call, signal);
      }
      const text = await readText(answer.body, limits.outputBytes);
      return text === undefined
        ? { kind: "overrun", overrun: "output" }
        : readAnswer(answer.statusCode, text);
    },
    async beat() {
      const { body } = await beats.request({ method: "GET", path: "/beat", headers });
      await body.dump();
    },
    peakBytes: () => (child.pid === undefined ? undefined : peakBytesOfChildren(child.pid)),
    async kill() {
      await kill();
      await Promise.all([calls.destroy(), beats.destroy()]);
    },
  };
}

/** Undefined for what is longer than the limit, of which no more is read. */
async function readText(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The statuses are those of host-worker.mjs. */
function readAnswer(status: number, text: string): Answer {
  if (status === 200) return { kind: "output", text };
  if (status === 413) return { kind: "overrun", overrun: "output" };
  if (status === 422) return { kind: "threw", ...readError(text) };
  return { kind: "overrun", overrun: "no_answer" };
}

// Written inside the plugin's isolate, so by a plugin if it likes.
function readError(text: string): { name: string; frames: string[] } {
  try {
    const { name, frames } = JSON.parse(text);
    return { name: String(name), frames: Array.isArray(frames) ? frames.map(String) : [] };
  } catch {
    return { name: "Error", frames: [] };
  }
}
