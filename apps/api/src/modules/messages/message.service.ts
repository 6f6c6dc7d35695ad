import type { schema } from "@tidings/db";
import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { fromUuid } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import type { MessageTotal } from "../statistics/index.ts";
import { type Counts, costOf, countsOf, recipientsOf, unitsOf } from "./counts.rules.ts";
import { describeExclusions, type Exclusions } from "./exclusions.ts";
import { messageNotCancellable } from "./message.errors.ts";
import type {
  MessageContent,
  MessageFilter,
  MessageProgress,
  MessageRow,
  NamedChannel,
} from "./message.repository.ts";
import * as repository from "./message.repository.ts";

export interface MessageServiceDeps {
  transact: Transact;
  readTotals(tx: Tx, tenantId: string, messageIds: string[]): Promise<MessageTotal[]>;
  /** Ends the approval that a cancelled message still waits for. */
  withdrawApproval(tx: Tx, ctx: RequestContext, messageId: string): Promise<void>;
  /** Ends what has not been sent of a message. */
  endUnsent(tx: Tx, tenantId: string, messageId: string, end: "cancelled"): Promise<void>;
}

export interface StepProgress {
  step: number;
  when: "failed" | "undelivered" | "unread" | null;
  afterSeconds: number | null;
  channels: (NamedChannel & { counts: Counts; units: number; cost: MessageProgress["cost"] })[];
}

export type MessageDetail = MessageRow &
  MessageProgress &
  Omit<MessageContent, "channelIds" | "options"> & {
    steps: StepProgress[];
    seriesId: string | null;
    exclusions: Exclusions;
  };

const UNDER_WAY: MessageRow["state"][] = ["expanding", "sending", "paused"];

export function createMessageService(deps: MessageServiceDeps) {
  async function getVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<MessageRow> {
    const message = await repository.findMessage(tx, ctx.tenantId, messageId);
    // A source sees its own messages only.
    const hidden = ctx.actor.kind === "source" && message?.source?.id !== ctx.actor.id;
    if (!message || hidden) throw noSuch("message", messageId);
    return message;
  }

  async function readDetail(tx: Tx, tenantId: string, message: MessageRow): Promise<MessageDetail> {
    const { channelIds, options, ...content } = await repository.getMessageContent(tx, tenantId, message.id);
    const totals = await deps.readTotals(tx, tenantId, [message.id]);
    const channels = await repository.listChannels(tx, tenantId);
    const steps = content.policy?.steps ?? [
      { channelIds: channelIds.map((uuid) => fromUuid("channel", uuid)) },
    ];
    return {
      ...message,
      ...content,
      ...progressOf(message, totals),
      seriesId: await repository.findSeriesId(tx, tenantId, message.id),
      exclusions: await describeExclusions(tx, tenantId, options),
      steps: stepsOf(steps, channels, totals),
    };
  }

  /** Stops what was not sent of a message; false when it was in none of the states. */
  async function cancel(tx: Tx, ctx: RequestContext, messageId: string, from: MessageRow["state"][]) {
    const moved = await repository.endMessage(tx, ctx.tenantId, messageId, from, "cancelled");
    if (moved) await deps.endUnsent(tx, ctx.tenantId, messageId, "cancelled");
    return moved;
  }

  return {
    /** Throws 404 unless the actor may see the message. */
    getVisible,

    /** Stops what was not sent of a message that is under way; false when nothing is. */
    cancelRest: (tx: Tx, ctx: RequestContext, messageId: string): Promise<boolean> =>
      cancel(tx, ctx, messageId, UNDER_WAY),

    async listMessages(
      ctx: RequestContext,
      query: MessageFilter & PageRequest,
    ): Promise<Page<MessageRow & MessageProgress>> {
      authorize(ctx, "read", "Message");
      const filter = ctx.actor.kind === "source" ? { ...query, sourceId: ctx.actor.id } : query;
      return deps.transact(ctx, async (tx) => {
        const rows = await repository.listMessages(tx, ctx.tenantId, filter, query);
        const ids = rows.map((row) => row.id);
        const totals = await deps.readTotals(tx, ctx.tenantId, ids);
        return toPage(
          rows,
          query,
          (row) => row.id,
          (row) => ({
            ...row,
            ...progressOf(
              row,
              totals.filter((total) => total.messageId === row.id),
            ),
          }),
        );
      });
    },

    async getMessage(ctx: RequestContext, messageId: string): Promise<MessageDetail> {
      authorize(ctx, "read", "Message");
      return deps.transact(ctx, async (tx) => {
        const message = await getVisible(tx, ctx, messageId);
        return readDetail(tx, ctx.tenantId, message);
      });
    },

    /** A message as it is now, for those who were allowed to see it before. */
    async readMessage(tenantId: string, messageId: string): Promise<MessageDetail> {
      return deps.transact({ tenantId }, async (tx) => {
        const message = await repository.findMessage(tx, tenantId, messageId);
        if (!message) throw noSuch("message", messageId);
        return readDetail(tx, tenantId, message);
      });
    },

    /** Stops what has not been sent yet; what a vendor has already is not called back. */
    async cancelMessage(ctx: RequestContext, messageId: string): Promise<void> {
      authorize(ctx, "send", "Message");
      await deps.transact(ctx, async (tx) => {
        const message = await getVisible(tx, ctx, messageId);
        await deps.withdrawApproval(tx, ctx, messageId);
        const moved = await cancel(tx, ctx, messageId, ["scheduled", ...UNDER_WAY, "pending_approval"]);
        if (!moved)
          throw messageNotCancellable(`The message is ${message.state}; there is nothing to cancel.`);
        await recordAudit(tx, ctx, {
          action: "message.cancelled",
          subjectId: messageId,
          subjectName: message.title,
          before: { state: message.state },
          after: { state: "cancelled" },
        });
      });
    },
  };
}

export type MessageService = ReturnType<typeof createMessageService>;

const progressOf = ({ audience }: MessageRow, totals: MessageTotal[]): MessageProgress => ({
  recipients: recipientsOf(totals, audience),
  counts: countsOf(totals),
  cost: costOf(totals),
});

function stepsOf(
  steps: schema.PolicyStep[],
  channels: NamedChannel[],
  totals: MessageTotal[],
): StepProgress[] {
  return steps.map((step, index) => ({
    step: index,
    when: step.when ?? null,
    afterSeconds: step.afterSeconds ?? null,
    channels: step.channelIds.map((id) => {
      const channel = channels.find((one) => one.id === id) ?? { id, name: id, kind: "" };
      const own = totals.filter((total) => total.step === index && total.channelId === id);
      return { ...channel, counts: countsOf(own), units: unitsOf(own), cost: costOf(own) };
    }),
  }));
}
