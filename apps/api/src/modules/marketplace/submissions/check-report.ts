import type { Fault, Grade, GrantChange, Grants, ScanFinding } from "@tidings/sdk/package";
import type { ConformanceReport } from "@tidings/sdk/testing";

/** What the checks of a version found: for its publisher, and for those who review it. */
export interface CheckReport {
  /** The protocol of the host that checked; null where it is to be checked again. */
  protocol: string | null;
  /** ISO 8601, UTC. */
  checkedAt: string;
  grade: Grade | null;
  /** Why it cannot be listed; empty where the checks have nothing against it. */
  faults: Fault[];
  /** Null where it could not even be loaded. */
  conformance: ConformanceReport | null;
  findings: ScanFinding[];
  grants: Grants;
  /** The version that was listed before; null for a first one. */
  before: { version: string; sha256: string } | null;
  /** What it may reach or do and the one before may not; for a first version all that it may. */
  widening: GrantChange[];
}
