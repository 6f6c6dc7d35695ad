import { requestApproval } from "../modules/approvals/index.ts";
import type { NewMessage, StoredMessage } from "../modules/messages/index.ts";
import type { SeriesToApprove } from "../modules/series/index.ts";
import type { RequestContext } from "../platform/context.ts";
import type { Tx } from "../platform/database/index.ts";

export const askForMessage = (tx: Tx, ctx: RequestContext, message: NewMessage): Promise<boolean> =>
  ask(tx, ctx, "message", toApprove(message), ctx.actor.name);

/** Asks for a message that was let go without, in its sender's name. */
export const askAgain = (
  tx: Tx,
  ctx: RequestContext,
  { message, senderName }: StoredMessage,
): Promise<boolean> => ask(tx, ctx, "message", toApprove(message), senderName);

export const askForSeries = (tx: Tx, ctx: RequestContext, series: SeriesToApprove): Promise<boolean> =>
  ask(tx, ctx, "series", series, ctx.actor.name);

const toApprove = (message: NewMessage): SeriesToApprove => ({
  ...message,
  contentHash: Buffer.from(message.contentHash, "hex"),
});

async function ask(
  tx: Tx,
  ctx: RequestContext,
  kind: "message" | "series",
  { id, title: name, contentHash, sourceId, authorId }: SeriesToApprove,
  requestedByName: string,
): Promise<boolean> {
  const request = await requestApproval(tx, ctx, {
    sourceId,
    subject: { kind, id, name, contentHash },
    requestedBy: authorId,
    requestedByName,
  });
  return request !== undefined;
}
