import { readProc } from "./processes.ts";

/** The most memory that a process has ever held, MB; undefined where /proc is missing. */
export const peakMegabytes = (pid: number): number | undefined =>
  megabytesIn(/VmHWM:\s+(\d+) kB/, pid, "status");

/** The memory that a process holds now, its share of what others hold too, MB; undefined where /proc is missing. */
export const heldMegabytes = (pid: number): number | undefined =>
  megabytesIn(/^Pss:\s+(\d+) kB/m, pid, "smaps_rollup");

function megabytesIn(line: RegExp, pid: number, file: string): number | undefined {
  const kilobytes = line.exec(readProc(pid, file))?.[1];
  return kilobytes ? Number(kilobytes) / 1024 : undefined;
}
