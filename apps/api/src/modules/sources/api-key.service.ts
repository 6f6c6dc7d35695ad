import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { generateApiKey, MAX_LIVE_KEYS } from "./api-key.rules.ts";
import { tooManyApiKeys } from "./source.errors.ts";
import type { ApiKeyRow, SourceRow } from "./source.repository.ts";
import * as repository from "./source.repository.ts";
import { getSource } from "./source.service.ts";

/** A key together with its text, which is shown this once. */
export type NewApiKey = ApiKeyRow & { key: string };

export function createApiKeyService(deps: { transact: Transact }) {
  return {
    async listApiKeys(ctx: RequestContext, sourceId: string): Promise<ApiKeyRow[]> {
      authorize(ctx, "read", "Source");
      return deps.transact(ctx, async (tx) => {
        await getSource(tx, ctx, sourceId);
        return repository.listApiKeys(tx, ctx.tenantId, sourceId);
      });
    },

    async createApiKey(ctx: RequestContext, sourceId: string): Promise<NewApiKey> {
      authorize(ctx, "update", "Source");
      return deps.transact(ctx, async (tx) => {
        const source = await getSource(tx, ctx, sourceId);
        const created = await addKey(tx, ctx, source);
        await audit(tx, ctx, source, "source.key_created", created);
        return created;
      });
    },

    /** Makes a new key; the old one keeps working for the overlap, so that callers can change over. */
    async rotateApiKey(
      ctx: RequestContext,
      sourceId: string,
      apiKeyId: string,
      overlapSeconds: number,
    ): Promise<NewApiKey> {
      authorize(ctx, "update", "Source");
      return deps.transact(ctx, async (tx) => {
        const source = await getSource(tx, ctx, sourceId);
        const expiresAt = new Date(ctx.now().getTime() + overlapSeconds * 1000);
        const old = await repository.endApiKey(tx, ctx.tenantId, sourceId, apiKeyId, { expiresAt });
        if (!old) throw noSuch("live API key", apiKeyId);
        const created = await addKey(tx, ctx, source);
        await audit(tx, ctx, source, "source.key_rotated", created);
        return created;
      });
    },

    async revokeApiKey(ctx: RequestContext, sourceId: string, apiKeyId: string): Promise<void> {
      authorize(ctx, "update", "Source");
      await deps.transact(ctx, async (tx) => {
        const source = await getSource(tx, ctx, sourceId);
        const revoked = await repository.endApiKey(tx, ctx.tenantId, sourceId, apiKeyId, {
          revokedAt: ctx.now(),
        });
        if (!revoked) throw noSuch("live API key", apiKeyId);
        await audit(tx, ctx, source, "source.key_revoked", revoked);
      });
    },
  };
}

export type ApiKeyService = ReturnType<typeof createApiKeyService>;

async function addKey(tx: Tx, ctx: RequestContext, source: SourceRow): Promise<NewApiKey> {
  const live = await repository.countLiveApiKeys(tx, ctx.tenantId, source.id);
  if (live >= MAX_LIVE_KEYS) {
    throw tooManyApiKeys(`"${source.name}" has ${live} live keys already; revoke one of them first.`);
  }
  const { key, keyHash, lastFour } = generateApiKey();
  const row = await repository.insertApiKey(tx, {
    tenantId: ctx.tenantId,
    id: newId("apiKey"),
    sourceId: source.id,
    keyHash,
    lastFour,
  });
  return { ...row, key };
}

const audit = (tx: Tx, ctx: RequestContext, source: SourceRow, action: string, key: ApiKeyRow) =>
  recordAudit(tx, ctx, {
    action,
    subjectId: source.id,
    subjectName: source.name,
    after: { apiKeyId: key.id, lastFour: key.lastFour },
  });
