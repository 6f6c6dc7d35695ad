import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { newId, toBigint } from "../../platform/ids.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { NamedChannel } from "../channels/index.ts";
import { findDelivery } from "../deliveries/index.ts";
import { nothingToRecall, recallNotSupported, recallRunning } from "./recall.errors.ts";
import * as repository from "./recall.repository.ts";

export interface RecallServiceDeps {
  transact: Transact;
  catalogue: PluginCatalogues;
  /** The message, or 404 unless the actor may see it. */
  getVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<{ title: string; state: string }>;
  /** Stops what was not sent of a message that is under way; false when nothing is. */
  cancelRest(tx: Tx, ctx: RequestContext, messageId: string): Promise<boolean>;
  listChannels(tx: Tx, tenantId: string): Promise<NamedChannel[]>;
  nudge(): void;
}

/** What a recall would do over one channel. */
export interface ChannelPreview {
  channel: { id: string; name: string; kind: string };
  canRecall: boolean;
  recallableCount: number;
  tooLateCount: number;
  sentCount: number;
}

export interface RecallPreview {
  /** The message is under way: what was not sent of it will be cancelled. */
  cancelsRest: boolean;
  recallableCount: number;
  channels: ChannelPreview[];
  /** The latest first. */
  recalls: repository.RecallRow[];
}

interface Target {
  messageId: string;
  /** Row key of the only delivery that is meant. */
  key: string | null;
}

const UNDER_WAY = ["expanding", "sending", "paused"];
const RECALLS_SHOWN = 20;

/** Takes back what was sent. The work is done by the engine; here it is judged, written down and audited. */
export function createRecallService(deps: RecallServiceDeps) {
  async function targetOf(tx: Tx, ctx: RequestContext, deliveryId: string): Promise<Target> {
    const delivery = await findDelivery(tx, ctx.tenantId, deliveryId);
    if (!delivery) throw noSuch("delivery", deliveryId);
    return { messageId: delivery.messageId, key: toBigint("dlv", deliveryId) };
  }

  const begin = async (ctx: RequestContext, find: (tx: Tx) => Promise<Target>, subjectId: string) => {
    authorize(ctx, "send", "Message");
    const recall = await deps.transact(ctx, async (tx) =>
      beginRecall(deps, tx, ctx, await find(tx), subjectId),
    );
    deps.nudge();
    return recall;
  };

  const preview = async (ctx: RequestContext, find: (tx: Tx) => Promise<Target>): Promise<RecallPreview> => {
    authorize(ctx, "read", "Message");
    return deps.transact(ctx, async (tx) => {
      const target = await find(tx);
      const message = await deps.getVisible(tx, ctx, target.messageId);
      const channels = await previewChannels(deps, tx, ctx, target);
      return {
        cancelsRest: target.key === null && UNDER_WAY.includes(message.state),
        recallableCount: sumOf(channels),
        channels,
        recalls: await repository.listRecalls(tx, ctx.tenantId, target.messageId, RECALLS_SHOWN),
      };
    });
  };

  return {
    recallMessage: (ctx: RequestContext, messageId: string): Promise<repository.RecallRow> =>
      begin(ctx, async () => ({ messageId, key: null }), messageId),

    recallDelivery: (ctx: RequestContext, deliveryId: string): Promise<repository.RecallRow> =>
      begin(ctx, (tx) => targetOf(tx, ctx, deliveryId), deliveryId),

    previewMessageRecall: (ctx: RequestContext, messageId: string): Promise<RecallPreview> =>
      preview(ctx, async () => ({ messageId, key: null })),

    previewDeliveryRecall: (ctx: RequestContext, deliveryId: string): Promise<RecallPreview> =>
      preview(ctx, (tx) => targetOf(tx, ctx, deliveryId)),
  };
}

export type RecallService = ReturnType<typeof createRecallService>;

async function beginRecall(
  deps: RecallServiceDeps,
  tx: Tx,
  ctx: RequestContext,
  target: Target,
  subjectId: string,
): Promise<repository.RecallRow> {
  const { messageId, key } = target;
  const message = await deps.getVisible(tx, ctx, messageId);
  if (await repository.isBeingRecalled(tx, ctx.tenantId, messageId, key)) {
    throw recallRunning(`${subjectId} is being taken back. Wait until that has ended.`);
  }
  const channels = await previewChannels(deps, tx, ctx, target);
  const isUnderWay = key === null && UNDER_WAY.includes(message.state);
  await assertPossible(deps, tx, ctx, channels, { isUnderWay, subjectId });
  const hasCancelled = isUnderWay && (await deps.cancelRest(tx, ctx, messageId));
  const id = newId("recall");
  const deliveryCount = sumOf(channels);
  await repository.insertRecall(tx, ctx.tenantId, { id, messageId, key, deliveryCount });
  await recordAudit(tx, ctx, {
    action: key === null ? "message.recalled" : "delivery.recalled",
    subjectId,
    subjectName: message.title,
    after: { recallId: id, deliveryCount, hasCancelled },
  });
  const deliveryId = key === null ? null : subjectId;
  return {
    id,
    messageId,
    deliveryId,
    state: "running",
    deliveryCount,
    tally: [],
    createdAt: ctx.now(),
    endedAt: null,
  };
}

const sumOf = (channels: ChannelPreview[]) =>
  channels.reduce((sum, { recallableCount }) => sum + recallableCount, 0);

const windowOf = (
  { catalogue }: RecallServiceDeps,
  { tenantId }: RequestContext,
  pluginId: string | null | undefined,
) => (pluginId ? catalogue.of(tenantId).find(pluginId)?.manifest.recall?.windowSeconds : undefined);

async function previewChannels(
  deps: RecallServiceDeps,
  tx: Tx,
  ctx: RequestContext,
  target: Target,
): Promise<ChannelPreview[]> {
  const windows = (await deps.listChannels(tx, ctx.tenantId)).flatMap(({ id: channelId, pluginId }) => {
    const windowSeconds = windowOf(deps, ctx, pluginId);
    return windowSeconds === undefined ? [] : [{ channelId, windowSeconds }];
  });
  const sent = await repository.countSent(tx, ctx.tenantId, target, windows);
  return sent.map(({ channelId, name, kind, pluginId, sentCount, lateCount }) => {
    const canRecall = windowOf(deps, ctx, pluginId) !== undefined;
    return {
      channel: { id: channelId, name, kind },
      canRecall,
      recallableCount: canRecall ? sentCount - lateCount : 0,
      tooLateCount: canRecall ? lateCount : 0,
      sentCount,
    };
  });
}

async function assertPossible(
  deps: RecallServiceDeps,
  tx: Tx,
  ctx: RequestContext,
  channels: ChannelPreview[],
  { isUnderWay, subjectId }: { isUnderWay: boolean; subjectId: string },
): Promise<void> {
  if (!channels.some(({ canRecall }) => canRecall)) {
    const able = (await deps.listChannels(tx, ctx.tenantId)).filter(
      ({ pluginId }) => windowOf(deps, ctx, pluginId) !== undefined,
    );
    const names = channels.map(({ channel }) => channel.name).join(", ") || "none yet";
    throw recallNotSupported(
      `${subjectId} went over channels that take nothing back (${names}). ${
        able.length === 0
          ? "No channel here takes back what was sent."
          : `Channels that do: ${able.map(({ name }) => name).join(", ")}.`
      }${isUnderWay ? " What was not sent can be stopped by cancelling the message." : ""}`,
    );
  }
  if (sumOf(channels) > 0 || isUnderWay) return;
  const late = channels.reduce((sum, { tooLateCount }) => sum + tooLateCount, 0);
  throw nothingToRecall(
    late > 0
      ? `It is too late for ${late}: they were sent longer ago than their vendor takes anything back, or it said so.`
      : `Nothing of ${subjectId} was sent over a channel that takes it back, or it did not arrive anyway.`,
  );
}
