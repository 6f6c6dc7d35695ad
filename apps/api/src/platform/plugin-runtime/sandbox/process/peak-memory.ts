import { readFileSync } from "node:fs";

/**
 * The most memory that a process' children have held, bytes; undefined where the system does not tell. The peak, because
 * what a plugin takes and gives back within one call is seen by nobody.
 */
export function peakBytesOfChildren(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return Math.max(...children.map(peakBytes));
  } catch {
    return undefined;
  }
}

function peakBytes(pid: string): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}
