import type { Tx } from "../../../platform/database/index.ts";
import { newId } from "../../../platform/ids.ts";
import { findRegistryOfKind, insertRegistry, updateRegistry } from "./registry.repository.ts";

/** The registry of this installation's desk. */
export interface OwnRegistry {
  /** Ed25519, base64: checks what the desk has countersigned. */
  publicKey: string;
  /** Ed25519, PEM. */
  privateKey: string;
}

/** The id of the desk's registry, which the first who needs it makes. */
export async function ensureOwnRegistry(tx: Tx, { publicKey }: OwnRegistry): Promise<string> {
  const known = await findRegistryOfKind(tx, "own");
  if (!known) {
    const made = {
      id: newId("registry"),
      kind: "own" as const,
      name: "own",
      priority: 0,
      publicKeys: [publicKey],
    };
    await insertRegistry(tx, made);
    const registry = await findRegistryOfKind(tx, "own");
    if (!registry) throw new Error("the own registry was not made");
    return registry.id;
  }
  // Another installation key came with a restored database: what it signs from now on has to be checked by its own half.
  if (!known.publicKeys.includes(publicKey)) {
    await updateRegistry(tx, known.id, { publicKeys: [...known.publicKeys, publicKey] });
  }
  return known.id;
}
