import { fields, z } from "../../platform/http/index.ts";
import type { RecallRow } from "./recall.repository.ts";
import type { RecallPreview } from "./recall.service.ts";

export const MessageParam = z.object({ messageId: fields.id("message") });
export const DeliveryParam = z.object({ deliveryId: fields.deliveryId });

const count = z.int().min(0);
const OUTCOMES = ["recalled", "too_late", "failed"] as const;

export const Recall = z
  .object({
    id: fields.id("recall"),
    messageId: fields.id("message"),
    deliveryId: fields.deliveryId.nullable().openapi({ description: "Null for the whole message." }),
    state: z.enum(["running", "ended"]),
    deliveryCount: count.openapi({
      description: "Deliveries that could be taken back when it was asked for.",
    }),
    counts: z.object({ recalled: count, tooLate: count, failed: count }),
    reasons: z
      .array(z.object({ outcome: z.enum(OUTCOMES), code: z.string(), count }))
      .openapi({ description: "What was not taken back, by reason: a code of ours, or the vendor's." }),
    createdAt: fields.moment,
    endedAt: fields.moment.nullable(),
  })
  .openapi("Recall");

export const RecallPreviewAnswer = z
  .object({
    recallableCount: count.openapi({
      description: "Deliveries that can be taken back now; of more than 100,000, a lower bound.",
    }),
    cancelsRest: z.boolean().openapi({
      description: "The message is under way: a recall also stops what was not sent of it.",
    }),
    channels: z.array(
      z.object({
        channel: z.object({ id: fields.id("channel"), name: z.string(), kind: z.string() }),
        canRecall: z.boolean(),
        sentCount: count.openapi({ description: "What the vendor has, and did not fail to deliver." }),
        recallableCount: count,
        tooLateCount: count.openapi({
          description: "Sent longer ago than the vendor takes anything back, or found too late before.",
        }),
      }),
    ),
    recalls: z.array(Recall).openapi({ description: "The message's latest 20 recalls, newest first." }),
  })
  .openapi("RecallPreview");

export function toRecall(row: RecallRow): z.infer<typeof Recall> {
  const { id, messageId, deliveryId, state, deliveryCount, tally } = row;
  const countOf = (outcome: (typeof OUTCOMES)[number]) =>
    tally.filter((one) => one.outcome === outcome).reduce((sum, one) => sum + one.count, 0);
  return {
    id,
    messageId,
    deliveryId,
    state,
    deliveryCount,
    counts: { recalled: countOf("recalled"), tooLate: countOf("too_late"), failed: countOf("failed") },
    reasons: tally
      .filter(({ outcome }) => outcome !== "recalled")
      .map(({ outcome, code, count: times }) => ({ outcome, code, count: times })),
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

export function toRecallPreview(preview: RecallPreview): z.infer<typeof RecallPreviewAnswer> {
  const { recallableCount, cancelsRest, channels, recalls } = preview;
  return { recallableCount, cancelsRest, channels, recalls: recalls.map(toRecall) };
}
