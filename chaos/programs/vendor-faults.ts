import type { ChannelName } from "../checker/facts.ts";
import type { Random } from "../random.ts";

const FAULTS = [
  /** 429: nothing was taken. */
  "throttled",
  "throttled",
  "error-before",
  "error-after",
  "cut-before",
  "cut-after",
  /** Taken; the answer comes late, or after the caller has given up. */
  "slow",
  "slow",
] as const;
export type VendorFault = (typeof FAULTS)[number] | "none";

export const chooseFault = (random: Random): VendorFault => random.pick(FAULTS);

/** Numbers that the plain channel refuses for good: their messages go on to the fallback channel. */
export const isRefused = (channel: ChannelName, to: string): boolean =>
  channel === "plain" && to.endsWith("7");
