import { readFileSync } from "node:fs";

/** Processes that a process has started, and those that these have started. */
export function descendantsOf(pid: number): number[] {
  const children = readProc(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The workerd of a process with a sandbox, if it has been started. */
export const workerdOf = (pid: number): number | undefined =>
  descendantsOf(pid).find((one) => readProc(one, "comm").trim() === "workerd");

/** A file of a process under /proc; empty where there is none. */
export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
