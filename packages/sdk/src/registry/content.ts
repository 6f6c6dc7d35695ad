import type { Envelope } from "../package/envelope.ts";
import type { Grade } from "../testing/conformance/grade.ts";
import type { Label, RegistryPublisher } from "./format.ts";

/** What a registry is made of. */
export interface RegistryContent {
  name: string;
  publishers: RegistryPublisher[];
  /** Every version that it lists; one that is left out later is withdrawn. */
  entries: RegistryEntry[];
}

export interface RegistryEntry {
  archive: Uint8Array;
  /** Signed by the publisher; the registry adds its own signature. */
  envelope: Envelope;
  grade: Grade;
  labels: Label[];
  /** ISO 8601, UTC. */
  listedAt: string;
}
