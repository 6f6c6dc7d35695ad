import type { PluginManifest } from "@tidings/sdk/plugin";
import { type ChannelHandle, revisionKey } from "../channel.ts";
import { BlockedError } from "../outbound/blocked-error.ts";
import { type Authenticator, createAuthenticator, type SignableRequest } from "./index.ts";
import { createRedactor, type Redact } from "./redaction.ts";

/** The longest that decrypted secrets stay in memory, milliseconds. */
const KEEP_MS = 60_000;

/** What a channel's secrets are good for. The secrets themselves stay inside, except for native plugins. */
export interface Credentials {
  /** The headers of a named scheme; throws BlockedError if it cannot be applied. */
  authenticate(schemeName: string, request: SignableRequest): Record<string, string>;
  redact: Redact;
  secrets: Readonly<Record<string, string>>;
}

export interface CredentialsCache {
  /** Rejects if the secrets cannot be read. */
  get(channel: ChannelHandle, manifest: PluginManifest): Promise<Credentials>;
  clear(): void;
}

/** Reads the secrets of a channel's revision at most once a minute, however many batches ask at once. */
export function createCredentialsCache(): CredentialsCache {
  const entries = new Map<string, { value: Promise<Credentials>; timer: NodeJS.Timeout }>();
  return {
    get(channel, manifest) {
      const key = revisionKey(channel);
      const known = entries.get(key);
      if (known) return known.value;
      const value = readCredentials(channel, manifest);
      const timer = setTimeout(() => entries.delete(key), KEEP_MS).unref();
      entries.set(key, { value, timer });
      value.catch(() => {
        clearTimeout(timer);
        entries.delete(key);
      });
      return value;
    },
    clear() {
      for (const { timer } of entries.values()) clearTimeout(timer);
      entries.clear();
    },
  };
}

/** Reads and prepares the secrets of a channel; rejects if they cannot be read. */
export async function readCredentials(
  channel: ChannelHandle,
  manifest: PluginManifest,
): Promise<Credentials> {
  return createCredentials(channel, manifest, await channel.readSecrets());
}

function createCredentials(
  { settings }: Pick<ChannelHandle, "settings">,
  manifest: Pick<PluginManifest, "auth">,
  secrets: Record<string, string>,
): Credentials {
  const schemes = new Map<string, Authenticator>();
  for (const [name, scheme] of Object.entries(manifest.auth)) {
    schemes.set(name, createAuthenticator(scheme, { settings, secrets }));
  }
  const derived = [...schemes.values()].flatMap(({ derivedSecrets }) => derivedSecrets);
  return {
    authenticate(schemeName, request) {
      const scheme = schemes.get(schemeName);
      if (!scheme) throw new BlockedError(`The plugin has no auth scheme "${schemeName.slice(0, 64)}".`);
      return scheme.headersFor(request);
    },
    redact: createRedactor([...Object.values(secrets), ...derived]),
    secrets,
  };
}
