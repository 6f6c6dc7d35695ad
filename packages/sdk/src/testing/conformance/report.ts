import type { Fault } from "../../faults/index.ts";
import type { LocalizedText } from "../../plugin/index.ts";

/** How much a plugin offers beyond being sound, from little to much. */
export const GRADES = ["bronze", "silver", "gold"] as const;
export type Grade = (typeof GRADES)[number];

/** What the checks found. */
export interface ConformanceReport {
  /** Whether all of `checks` are well. */
  ok: boolean;
  /** What every plugin has to keep. */
  checks: ConformanceCheck[];
  /** What makes a plugin silver or gold; one that has none of it may be sound all the same. */
  merits: ConformanceCheck[];
}

export interface ConformanceCheck {
  /** The name of the guarantee, for example `planIsDeterministic`. */
  name: string;
  /** The guarantee in a sentence. */
  words: LocalizedText;
  /** The lowest grade that needs it; without what `bronze` needs there is no grade at all. */
  neededFor: Grade;
  ok: boolean;
  /** What is wrong; at most ten. */
  problems: Fault[];
}
