import { randomBytes } from "node:crypto";
import { open, seal, unwrapKey } from "../../platform/crypto/index.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { getCurrentKey } from "../tenants/index.ts";
import type { SealedCallbackSecret } from "./callback-endpoint.repository.ts";
import { listSealedSecrets } from "./sealed-secret.repository.ts";

const SECRET_BYTES = 24;

/** As Standard Webhooks writes secrets. */
export const generateSecret = () => `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;

interface Place {
  tenantId: string;
  endpointId: string;
}

/** A secret bound to its place: moved to another tenant, endpoint, version or key, it does not decrypt. */
const contextOf = ({ tenantId, endpointId }: Place, version: number, keyVersion: number) =>
  `callback_secrets/${tenantId}/${endpointId}/${version}/${keyVersion}`;

/** Seals a secret with the tenant's current data key. */
export async function sealSecret(
  tx: Tx,
  installationKey: Uint8Array,
  place: Place,
  version: number,
  secret: string,
): Promise<SealedCallbackSecret> {
  const { version: keyVersion, wrappedKey } = await getCurrentKey(tx, place.tenantId);
  const key = unwrapKey(installationKey, wrappedKey, place.tenantId, keyVersion);
  const ciphertext = seal(key, Buffer.from(secret), contextOf(place, version, keyVersion));
  return { version, ciphertext, keyVersion };
}

/** Opens what `sealSecret` sealed. Works only with a connection of the worker's role. */
export function createCallbackVault(deps: { transactAsWorker: Transact; installationKey: Uint8Array }) {
  return {
    /** What calls are signed with now, the current one first. */
    async readSecrets(place: Place): Promise<string[]> {
      const sealed = await deps.transactAsWorker(place, (tx) => listSealedSecrets(tx, place));
      return sealed.map(({ version, ciphertext, keyVersion, wrappedKey }) => {
        const key = unwrapKey(deps.installationKey, wrappedKey, place.tenantId, keyVersion);
        return open(key, ciphertext, contextOf(place, version, keyVersion)).toString("utf8");
      });
    },
  };
}

export type CallbackVault = ReturnType<typeof createCallbackVault>;
