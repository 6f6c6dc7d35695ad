import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { bundleOf } from "./bundle.ts";

const RESTART_MS = 300;

export type ProgramName = "server" | "vendor" | "proxy" | "naive-sender";

export interface ProgramOptions {
  /** Shown in logs; names the log file as well. */
  name: string;
  program: ProgramName;
  settings: object;
  logFile: string;
}

/**
 * One of the programs in a process of its own, started again whenever it ends, as a supervisor does. Ends that the
 * harness did not cause are counted.
 */
export class Program {
  readonly #options: ProgramOptions;
  #child: ChildProcess;
  #firstWord: Promise<Record<string, unknown>>;
  #isKilled = false;
  #isOver = false;
  isPaused = false;
  ownEnds = 0;

  constructor(options: ProgramOptions) {
    this.#options = options;
    [this.#child, this.#firstWord] = this.#spawn();
  }

  /** The first thing the program says, once it works. */
  get ready(): Promise<Record<string, unknown>> {
    return this.#firstWord;
  }

  #spawn(): [ChildProcess, Promise<Record<string, unknown>>] {
    const { program, settings, logFile } = this.#options;
    const log = openSync(logFile, "a");
    const child = fork(bundleOf(program), [JSON.stringify(settings)], {
      execArgv: ["--enable-source-maps"],
      stdio: ["ignore", log, log, "ipc"],
    });
    child.on("error", () => undefined);
    child.once("exit", () => void this.#onExit());
    const word = once(child, "message").then(([message]) => message as Record<string, unknown>);
    word.catch(() => undefined);
    return [child, word];
  }

  async #onExit(): Promise<void> {
    if (this.#isOver) return;
    if (!this.#isKilled) this.ownEnds++;
    this.#isKilled = false;
    this.isPaused = false;
    await delay(RESTART_MS);
    if (!this.#isOver) [this.#child, this.#firstWord] = this.#spawn();
  }

  /** SIGKILL, as the kernel does when memory is short; it is started again. */
  kill(): void {
    this.#isKilled = true;
    this.#child.kill("SIGKILL");
  }

  pause(): void {
    this.isPaused = true;
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.isPaused = false;
    this.#child.kill("SIGCONT");
  }

  order(order: object): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  async ask<Answer>(order: object): Promise<Answer> {
    const answer = once(this.#child, "message");
    this.order(order);
    return (await answer)[0] as Answer;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#isOver = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
