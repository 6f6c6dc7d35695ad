import type { Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { sourceOff } from "./source.errors.ts";
import { findSource } from "./source.repository.ts";

/** Throws unless something may be sent for the source. */
export async function assertSourceOn(tx: Tx, tenantId: string, sourceId: string): Promise<void> {
  const source = await findSource(tx, tenantId, sourceId);
  if (!source) throw noSuch("source", sourceId);
  if (source.state === "on") return;
  throw sourceOff(`The source "${source.name}" is switched off; switch it on in the console first.`);
}
