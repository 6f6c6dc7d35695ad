import { open, seal, unwrapKey } from "../../platform/crypto/index.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import type { ChannelHandle } from "../../platform/plugin-runtime/index.ts";
import { getCurrentKey } from "../tenants/index.ts";
import type { ChannelRow } from "./channel.repository.ts";
import { listSealedSecrets, type SealedSecret } from "./channel-secret.repository.ts";

/** A secret bound to its place: moved to another tenant, channel, field or key, it does not decrypt. */
const contextOf = (tenantId: string, channelId: string, field: string, keyVersion: number) =>
  `channel_secrets/${tenantId}/${channelId}/${field}/${keyVersion}`;

/** Seals secrets with the tenant's current data key. */
export async function sealSecrets(
  tx: Tx,
  installationKey: Uint8Array,
  channel: { tenantId: string; id: string },
  secrets: Record<string, string>,
): Promise<SealedSecret[]> {
  const { tenantId, id } = channel;
  const { version, wrappedKey } = await getCurrentKey(tx, tenantId);
  const key = unwrapKey(installationKey, wrappedKey, tenantId, version);
  return Object.entries(secrets).map(([field, value]) => ({
    field,
    ciphertext: seal(key, Buffer.from(value), contextOf(tenantId, id, field, version)),
    keyVersion: version,
  }));
}

/** What the vault needs of a channel to hand it to the plugin runtime. */
export type HandleSource = Pick<ChannelRow, "tenantId" | "id" | "revision" | "pluginId" | "settings">;

/** Opens what `sealSecrets` sealed. Works only with a connection of the worker's role. */
export function createChannelVault(deps: { transactAsWorker: Transact; installationKey: Uint8Array }) {
  async function readSecrets(tenantId: string, channelId: string): Promise<Record<string, string>> {
    const sealed = await deps.transactAsWorker({ tenantId }, (tx) =>
      listSealedSecrets(tx, tenantId, channelId),
    );
    const entries = sealed.map(({ field, ciphertext, keyVersion, wrappedKey }) => {
      const key = unwrapKey(deps.installationKey, wrappedKey, tenantId, keyVersion);
      const value = open(key, ciphertext, contextOf(tenantId, channelId, field, keyVersion));
      return [field, value.toString("utf8")];
    });
    return Object.fromEntries(entries);
  }

  return {
    readSecrets,

    toHandle({ tenantId, id, revision, pluginId, settings }: HandleSource): ChannelHandle {
      const handle = { tenantId, channelId: id, revision, pluginId, settings };
      return { ...handle, readSecrets: () => readSecrets(tenantId, id) };
    },
  };
}

export type ChannelVault = ReturnType<typeof createChannelVault>;
