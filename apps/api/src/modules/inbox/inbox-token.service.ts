import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { forbidden, invalidField, noSuch } from "../../platform/errors.ts";
import type { PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { findUserId, type InboxChannel, listGrantedChannels } from "./inbox-access.repository.ts";
import type { InboxTokens } from "./inbox-token.rules.ts";

export interface IssueToken {
  /** The tenant's own id. */
  userId: string;
  /** The code of the channel; not needed where the source may use one with inboxes only. */
  channel?: string | undefined;
  expiresInSeconds: number;
}

export interface IssuedToken {
  token: string;
  expiresAt: Date;
}

export interface InboxTokenServiceDeps {
  transact: Transact;
  catalogue: PluginCatalogues<Pick<PluginCatalogue, "find">>;
  tokens: Pick<InboxTokens, "write">;
}

/** Gives a source's own server the token with which one user opens one inbox. */
export function createInboxTokenService({ transact, catalogue, tokens }: InboxTokenServiceDeps) {
  async function chooseChannel(tx: Tx, tenantId: string, sourceId: string, code: string | undefined) {
    const granted = await listGrantedChannels(tx, tenantId, sourceId);
    const withInbox = granted.filter(({ pluginId }) =>
      catalogue.of(tenantId).find(pluginId)?.manifest.uses?.includes("inbox"),
    );
    return pickChannel(withInbox, code);
  }

  return {
    async createInboxToken(ctx: RequestContext, input: IssueToken): Promise<IssuedToken> {
      authorize(ctx, "read", "User");
      const { actor, tenantId } = ctx;
      if (actor.kind !== "source") throw forbidden("Only a source gives users tokens, with its API key.");
      return transact(ctx, async (tx) => {
        const channel = await chooseChannel(tx, tenantId, actor.id, input.channel);
        const userId = await findUserId(tx, tenantId, input.userId);
        if (!userId) throw noSuch("user", input.userId);
        const expiresAt = new Date(ctx.now().getTime() + input.expiresInSeconds * 1000);
        const token = tokens.write({
          tenantId,
          channelId: channel.id,
          userId,
          sourceId: actor.id,
          expiresAt,
        });
        return { token, expiresAt };
      });
    },
  };
}

export type InboxTokenService = ReturnType<typeof createInboxTokenService>;

function pickChannel(channels: readonly InboxChannel[], code: string | undefined): InboxChannel {
  if (code !== undefined) {
    const named = channels.find((channel) => channel.code === code);
    if (named) return named;
    throw invalidField(
      "/channel",
      `The source may use no channel with inboxes of the code "${code}".`,
      "unknown",
    );
  }
  const [only, ...others] = channels;
  if (only && others.length === 0) return only;
  if (only) {
    const codes = channels
      .map((channel) => channel.code)
      .slice(0, 10)
      .join(", ");
    throw invalidField(
      "/channel",
      `The source may use several channels with inboxes; name one: ${codes}.`,
      "required",
    );
  }
  throw invalidField(
    "/channel",
    "The source may use no channel with inboxes; grant it one in the console first.",
    "none",
  );
}
