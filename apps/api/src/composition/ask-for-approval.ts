import { requestApproval } from "../modules/approvals/index.ts";
import type { NewMessage } from "../modules/messages/index.ts";
import type { SeriesToApprove } from "../modules/series/index.ts";
import type { RequestContext } from "../platform/context.ts";
import type { Tx } from "../platform/database/index.ts";

export const askForMessage = (tx: Tx, ctx: RequestContext, message: NewMessage): Promise<boolean> =>
  ask(tx, ctx, "message", { ...message, contentHash: Buffer.from(message.contentHash, "hex") });

export const askForSeries = (tx: Tx, ctx: RequestContext, series: SeriesToApprove): Promise<boolean> =>
  ask(tx, ctx, "series", series);

async function ask(
  tx: Tx,
  ctx: RequestContext,
  kind: "message" | "series",
  { id, title: name, contentHash, sourceId, authorId }: SeriesToApprove,
): Promise<boolean> {
  const request = await requestApproval(tx, ctx, {
    sourceId,
    subject: { kind, id, name, contentHash },
    requestedBy: authorId,
    requestedByName: ctx.actor.name,
  });
  return request !== undefined;
}
