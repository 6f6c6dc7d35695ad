import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const STOP_TIMEOUT_MS = 15_000;

/** One of the bench's programs in a process of its own, which was ready when it was handed out. */
export interface Program {
  pid: number;
  ask<Answer>(question: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a program and waits until it says that it is ready. `file` is relative to `bench/`. */
export async function startProgram(file: string, settings: object): Promise<Program> {
  const child = spawnProgram(file, settings);
  await nextMessage(child, file);
  return {
    pid: child.pid ?? 0,
    async ask<Answer>(question: string) {
      child.send(question);
      return (await nextMessage(child, file)) as Answer;
    },
    stop: () => stopChild(child),
  };
}

/** Runs a program to its end; `onMessage` gets everything it says before its last word, which is returned. */
export async function runProgram<Report>(
  file: string,
  settings: object,
  onMessage: (message: object) => void = () => undefined,
): Promise<Report> {
  const child = spawnProgram(file, settings);
  let last: object | undefined;
  child.on("message", (message: object) => {
    last = message;
    onMessage(message);
  });
  const [code] = await once(child, "exit");
  if (code !== 0 || !last) throw new Error(`${file} ended with ${code}`);
  return last as Report;
}

function spawnProgram(file: string, settings: object): ChildProcess {
  return fork(fileURLToPath(new URL(`../${file}`, import.meta.url)), [JSON.stringify(settings)], {
    execArgv: file.endsWith(".ts") ? ["--import", "tsx"] : [...SERVER_FLAGS, ...profilingFlags()],
    // What a program logs is no part of the result, which is all that the standard output may have.
    stdio: ["ignore", process.stderr, "inherit", "ipc"],
  });
}

/** What `npm start` gives the server. */
const SERVER_FLAGS = ["--max-semi-space-size=32"];

/** `BENCH_PROFILE=<folder>` writes a CPU profile of every server. */
function profilingFlags(): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder ? ["--cpu-prof", `--cpu-prof-dir=${folder}`] : [];
}

function nextMessage(child: ChildProcess, file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`${file} ended with ${code}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}
