import { descendantsOf, readProc } from "./processes.ts";

/** Kernel ticks are 10 ms on every Linux that Node runs on. */
const MICROSECONDS_A_TICK = 10_000;

/** CPU time that a process, all that live below it and those it has buried have used, µs; 0 where /proc is missing. */
export function cpuMicros(pid: number): number {
  return [pid, ...descendantsOf(pid)].reduce((sum, one) => sum + ownMicros(one), 0);
}

function ownMicros(pid: number): number {
  // The name in parentheses may hold spaces, so fields are counted from behind it: utime is the 12th.
  const fields = readProc(pid, "stat").split(") ").at(-1)?.split(" ") ?? [];
  const ticks = fields.slice(11, 15).map(Number);
  return ticks.reduce((sum, one) => sum + one, 0) * MICROSECONDS_A_TICK;
}
