import { createPrivateKey, hkdfSync } from "node:crypto";
import { publicKeyOf } from "@tidings/sdk/package";
import type { OwnRegistry } from "./own-registry.ts";

/** What stands before the 32 bytes of an Ed25519 private key in its DER form (RFC 8410). */
const DER_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;

/**
 * The key pair with which the desk countersigns, derived from the installation's key: nothing is stored that could be
 * stolen or lost by itself, and every process of the installation has the same.
 */
export function deriveRegistryKey(installationKey: Uint8Array): OwnRegistry {
  const seed = hkdfSync("sha256", installationKey, "", "tidings/marketplace/registry-key/1", SEED_BYTES);
  const der = Buffer.concat([DER_PREFIX, Buffer.from(seed)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const privateKey = key.export({ format: "pem", type: "pkcs8" }).toString();
  return { publicKey: publicKeyOf(privateKey), privateKey };
}
