import { type Permission, SOURCE_PERMISSIONS } from "../../platform/authorization/index.ts";
import type { Actor } from "../../platform/context.ts";
import { sha256Hex } from "../../platform/crypto/index.ts";
import type { Database, Transact } from "../../platform/database/index.ts";
import { unauthenticated } from "../../platform/errors.ts";
import type { Logger } from "../../platform/logger.ts";
import { createRecentAnswers } from "../../platform/recent-answers.ts";
import { looksLikeApiKey } from "./api-key.rules.ts";
import { findKeyHolder, findKeySource, type KeyHolder, noteKeyUse } from "./api-key-lookup.repository.ts";
import { sourceOff } from "./source.errors.ts";

/** Whom a key speaks for. */
export interface SourceIdentity {
  tenantId: string;
  actor: Extract<Actor, { kind: "source" }>;
  permissions: Permission[];
}

/** Whom a key speaks for, or why it does not. Unknown, expired and revoked keys are not told apart. */
export type ApiKeyAnswer =
  | SourceIdentity
  | { problem: "unknown" }
  | { problem: "source-off"; sourceName: string };

export type ApiKeyAuthenticator = (key: string) => Promise<ApiKeyAnswer>;

export interface ApiKeyAuthenticatorDeps {
  database: Pick<Database, "transaction">;
  transact: Transact;
  logger: Pick<Logger, "warn">;
  monotonicMs?: () => number;
}

/** How long a revoked key or a source that was switched off may still get through. */
const REMEMBERED_MS = 1_000;
const REMEMBERED_KEYS = 10_000;

export function createApiKeyAuthenticator(deps: ApiKeyAuthenticatorDeps): ApiKeyAuthenticator {
  const recent = createRecentAnswers<ApiKeyAnswer>({
    ttlMs: REMEMBERED_MS,
    maxEntries: REMEMBERED_KEYS,
    monotonicMs: deps.monotonicMs ?? (() => performance.now()),
  });
  return (key) => {
    if (!looksLikeApiKey(key)) return Promise.resolve({ problem: "unknown" });
    // The hash, not the key: memory dumps and heap snapshots hold no credentials.
    const keyHash = sha256Hex(key);
    return recent.get(keyHash, () => lookUp(deps, Buffer.from(keyHash, "hex")));
  };
}

/** The identity in an answer; throws 401 for a key that is not accepted, 403 for a source that is switched off. */
export function requireSource(answer: ApiKeyAnswer): SourceIdentity {
  if (!("problem" in answer)) return answer;
  if (answer.problem === "unknown") throw unauthenticated("The API key is unknown, expired or revoked.");
  throw sourceOff(`The source "${answer.sourceName}" is switched off; switch it on in the console first.`);
}

async function lookUp(deps: ApiKeyAuthenticatorDeps, keyHash: Uint8Array): Promise<ApiKeyAnswer> {
  const holder = await deps.database.transaction((tx) => findKeyHolder(tx, keyHash));
  if (!holder) return { problem: "unknown" };
  const source = await deps.transact(holder, (tx) => findKeySource(tx, holder));
  if (!source) return { problem: "unknown" };
  if (source.state === "off") return { problem: "source-off", sourceName: source.name };
  if (!source.useIsNoted) noteUseLater(deps, holder);
  return {
    tenantId: holder.tenantId,
    actor: { kind: "source", id: source.id, name: source.name },
    permissions: SOURCE_PERMISSIONS,
  };
}

/** Not in the request's way: the note is for people who wonder which key is still in use. */
function noteUseLater(deps: ApiKeyAuthenticatorDeps, holder: KeyHolder): void {
  deps
    .transact(holder, (tx) => noteKeyUse(tx, holder))
    .catch((err: unknown) => deps.logger.warn({ err, apiKeyId: holder.apiKeyId }, "key use not noted"));
}
