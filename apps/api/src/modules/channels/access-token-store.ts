import { randomUUID } from "node:crypto";
import { open, seal, unwrapKey } from "../../platform/crypto/index.ts";
import type { Transact } from "../../platform/database/index.ts";
import type { TokenPlace, TokenStore } from "../../platform/plugin-runtime/index.ts";
import { getCurrentKey } from "../tenants/index.ts";
import * as repository from "./access-token.repository.ts";

/** A token bound to its place: moved to another tenant, channel, revision, scheme or key, it does not decrypt. */
const contextOf = ({ tenantId, channelId, revision, scheme }: TokenPlace, keyVersion: number) =>
  `access_tokens/${tenantId}/${channelId}/${revision}/${scheme}/${keyVersion}`;

/** Shares access tokens through the database. Works only with a connection of the worker's role. */
export function createAccessTokenStore(deps: {
  transactAsWorker: Transact;
  installationKey: Uint8Array;
}): TokenStore {
  const transact = deps.transactAsWorker;
  return {
    async find(place) {
      const sealed = await transact(place, (tx) => repository.findSealedToken(tx, place));
      if (!sealed) return undefined;
      const { version, ciphertext, keyVersion, wrappedKey, renewAt, expiresAt } = sealed;
      const key = unwrapKey(deps.installationKey, wrappedKey, place.tenantId, keyVersion);
      const value = open(key, ciphertext, contextOf(place, keyVersion)).toString("utf8");
      return { version, value, renewAt: renewAt.getTime(), expiresAt: expiresAt.getTime() };
    },

    async lease(place, { above, at }, leaseMs) {
      const lease = randomUUID();
      const wish = { above, at: new Date(at), leaseMs };
      const isTaken = await transact(place, (tx) => repository.takeLease(tx, place, lease, wish));
      return isTaken ? lease : undefined;
    },

    async keep(place, lease, { value, renewAt, expiresAt }) {
      return transact(place, async (tx) => {
        const { version: keyVersion, wrappedKey } = await getCurrentKey(tx, place.tenantId);
        const key = unwrapKey(deps.installationKey, wrappedKey, place.tenantId, keyVersion);
        const version = await repository.saveToken(tx, place, lease, {
          ciphertext: seal(key, Buffer.from(value), contextOf(place, keyVersion)),
          keyVersion,
          renewAt: new Date(renewAt),
          expiresAt: new Date(expiresAt),
        });
        if (version !== undefined) await repository.deleteEarlierTokens(tx, place);
        return version;
      });
    },

    giveBack: (place, lease) => transact(place, (tx) => repository.endLease(tx, place, lease)),
  };
}
