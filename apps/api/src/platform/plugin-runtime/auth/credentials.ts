import { randomUUID } from "node:crypto";
import type { PluginManifest, TokenPlacement } from "@tidings/sdk/plugin";
import { type ChannelHandle, revisionKey } from "../channel.ts";
import type { Answer } from "../outbound/answer.ts";
import { BlockedError } from "../outbound/blocked-error.ts";
import { isTokenRefused } from "./access-token/token-answer.ts";
import type { TokenSource } from "./access-token/token-source.ts";
import type { OpenTokenSource, TokenSources } from "./access-token/token-sources.ts";
import { type Additions, additionsOf } from "./additions.ts";
import { membersIn } from "./declared/template.ts";
import {
  type Authenticator,
  createAuthenticator,
  hasToken,
  type SchemeValues,
  type SignableRequest,
  type TokenScheme,
} from "./index.ts";
import { createLearningRedactor, type Redact } from "./redaction.ts";

/** The longest that decrypted secrets stay in memory, milliseconds. */
const KEEP_MS = 60_000;

/** What a channel's secrets are good for. The secrets themselves stay inside, except for native plugins. */
export interface Credentials {
  /**
   * What a named scheme adds to a request. Rejects with BlockedError if it cannot be applied, and with NoTokenError if
   * there is no access token, or none above the version that the vendor refuses.
   */
  authenticate(
    schemeName: string,
    request: SignableRequest,
    refusedVersion?: number,
  ): Promise<Authentication>;
  /** Whether an answer says that the access token of the scheme is not valid, or not any more. */
  isTokenRefused(schemeName: string, answer: Answer): boolean;
  redact: Redact;
  /** Names what these credentials may share connections with: themselves. */
  owner: string;
  secrets: Readonly<Record<string, string>>;
}

/** What authenticates one request. */
export interface Authentication extends Additions {
  /** The access token among them. */
  tokenVersion?: number;
}

export interface CredentialsCache {
  /** Rejects if the secrets cannot be read. */
  get(channel: ChannelHandle, manifest: PluginManifest): Promise<Credentials>;
  /**
   * Reads the secrets again, past the cache and past the shared access tokens: what is tested may not be saved yet, and
   * must not mix with what is in use.
   */
  readAfresh(channel: ChannelHandle, manifest: PluginManifest): Promise<Credentials>;
  clear(): void;
}

/** Reads the secrets of a channel's revision at most once a minute, however many batches ask at once. */
export function createCredentialsCache(tokens: TokenSources): CredentialsCache {
  const entries = new Map<string, { value: Promise<Credentials>; timer: NodeJS.Timeout }>();
  const numberOf = createNumbering();
  return {
    get(channel, manifest) {
      // Two versions of a plugin may run side by side, each with schemes of its own.
      const key = `${revisionKey(channel)}#${numberOf(manifest)}`;
      const known = entries.get(key);
      if (known) return known.value;
      const value = readCredentials(channel, manifest, { owner: key, openTokenSource: tokens.shared });
      const timer = setTimeout(() => entries.delete(key), KEEP_MS).unref();
      entries.set(key, { value, timer });
      value.catch(() => {
        clearTimeout(timer);
        entries.delete(key);
      });
      return value;
    },
    readAfresh: (channel, manifest) =>
      readCredentials(channel, manifest, { owner: randomUUID(), openTokenSource: tokens.own }),
    clear() {
      for (const { timer } of entries.values()) clearTimeout(timer);
      entries.clear();
    },
  };
}

/** Numbers that tell objects apart, for as long as they are in use. */
function createNumbering(): (object: object) => number {
  const numbers = new WeakMap<object, number>();
  let count = 0;
  return (object) => {
    const known = numbers.get(object);
    if (known !== undefined) return known;
    count += 1;
    numbers.set(object, count);
    return count;
  };
}

interface Ownership extends Pick<Credentials, "owner"> {
  openTokenSource: OpenTokenSource;
}

/** Reads and prepares the secrets of a channel; rejects if they cannot be read. */
async function readCredentials(
  channel: ChannelHandle,
  manifest: PluginManifest,
  own: Ownership,
): Promise<Credentials> {
  return createCredentials(channel, manifest, await channel.readSecrets(), own);
}

/** A scheme of the manifest, ready for one channel. */
interface ReadyScheme {
  authenticate(request: SignableRequest, refusedVersion?: number): Promise<Authentication>;
  isTokenRefused(answer: Answer): boolean;
}

function createCredentials(
  channel: ChannelHandle,
  manifest: PluginManifest,
  secrets: Record<string, string>,
  { owner, openTokenSource }: Ownership,
): Credentials {
  const values = { settings: channel.settings, secrets };
  const authenticators = createAuthenticators(manifest, values);
  const derived = [...authenticators.values()].flatMap(({ derivedSecrets }) => derivedSecrets);
  const members = membersIn(manifest.auth, values);
  const { redact, learn } = createLearningRedactor([...Object.values(secrets), ...derived, ...members]);
  const schemes = new Map<string, ReadyScheme>();
  for (const [name, authenticator] of authenticators) schemes.set(name, readyOwn(authenticator));
  for (const [name, scheme] of Object.entries(manifest.auth)) {
    if (!hasToken(scheme)) continue;
    const helper = scheme.type === "access-token" ? scheme.request.auth : undefined;
    const authenticator = authenticators.get(helper ?? "");
    const source = openTokenSource({ channel, owner, manifest, name, scheme, values, authenticator, redact });
    schemes.set(name, readyToken(scheme, source, learn));
  }
  return {
    async authenticate(name, request, refusedVersion) {
      const scheme = schemes.get(name);
      if (!scheme) throw new BlockedError(`The plugin has no auth scheme "${name.slice(0, 64)}".`);
      return scheme.authenticate(request, refusedVersion);
    },
    isTokenRefused: (name, answer) => schemes.get(name)?.isTokenRefused(answer) ?? false,
    redact,
    owner,
    secrets,
  };
}

function createAuthenticators({ auth }: PluginManifest, values: SchemeValues): Map<string, Authenticator> {
  const authenticators = new Map<string, Authenticator>();
  for (const [name, scheme] of Object.entries(auth)) {
    if (!hasToken(scheme)) authenticators.set(name, createAuthenticator(scheme, values));
  }
  return authenticators;
}

const readyOwn = (authenticator: Authenticator): ReadyScheme => ({
  authenticate: async (request) => additionsOf(authenticator, request),
  isTokenRefused: () => false,
});

const readyToken = (
  { placement, refusal = {} }: TokenScheme,
  source: TokenSource,
  learn: (token: string) => void,
): ReadyScheme => ({
  async authenticate(_request, refusedVersion) {
    const { value, version } = await source.get(refusedVersion);
    learn(value);
    return { ...carry(placement, value), tokenVersion: version };
  },
  isTokenRefused: (answer) => isTokenRefused(answer, refusal),
});

function carry(placement: TokenPlacement, token: string): Authentication {
  if (placement.in === "query") return { headers: {}, query: { [placement.name]: token } };
  return { headers: { [placement.name.toLowerCase()]: `${placement.prefix ?? ""}${token}` } };
}
