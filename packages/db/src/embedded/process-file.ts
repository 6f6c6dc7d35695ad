import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const LOCK_TIMEOUT_MS = 90_000;
const LOCK_POLL_MS = 50;

/** Whether a process with this id exists, whoever owns it. One that was killed and waits to be reaped is dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Where there is no /proc, nobody can tell, and the process counts as living. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** The id of a living process that a file names; undefined when there is no file or its process is gone. */
export function livingProcess(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return pid > 0 && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Runs `work` while this process alone holds the lock file; a dead process's lock is taken over. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + LOCK_TIMEOUT_MS;
  while (!tryLock(file)) {
    if (Date.now() > giveUpAt) {
      const holder = livingProcess(file);
      throw new Error(
        `Process ${holder} has held ${file} for too long. If it is not Tidings, delete the file.`,
      );
    }
    await delay(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (!livingProcess(file)) rmSync(file, { force: true });
    return false;
  }
}
