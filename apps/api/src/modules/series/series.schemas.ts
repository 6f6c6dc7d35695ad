import { fields, z } from "../../platform/http/index.ts";
import {
  AskedAudience,
  audienceKind,
  MessageContentFields,
  ScheduleFields,
  SendMessageFields,
  toAskedAudience,
} from "../messages/index.ts";
import type { AcceptedSeries as Accepted } from "./create-series.ts";
import type { NamedSeries } from "./series.repository.ts";
import type { SeriesDetail as Detail, OccurrenceView } from "./series.service.ts";

const SERIES_STATES = ["pending_approval", "rejected", "active", "ended", "cancelled"] as const;
const OCCURRENCE_STATES = ["planned", "begun", "missed", "failed", "cancelled", "withdrawn"] as const;

const day = z.iso.date().openapi({ example: "2027-06-30" });
const until = day.openapi({ description: "The last day, in the schedule's zone; a year ahead at most." });

const Repeat = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("daily"), until }),
    z.strictObject({
      kind: z.literal("weekly"),
      weekdays: z
        .array(z.int().min(1).max(7))
        .min(1)
        .max(7)
        .openapi({ description: "1 is Monday, 7 is Sunday." }),
      until,
    }),
    z.strictObject({
      kind: z.literal("monthly"),
      day: z.int().min(1).max(31).openapi({ description: "In a shorter month its last day." }),
      until,
    }),
  ])
  .openapi("Repeat", {
    description:
      "On which days it recurs, at the time of the day of `at` in the zone. A time that clocks skip is as much later (02:30 becomes 03:30); of a time that comes twice, the first.",
  });

const RecurringSchedule = z.strictObject({ ...ScheduleFields, repeat: Repeat }).openapi("RecurringSchedule");

export const CreateSeriesBody = z
  .strictObject({ ...SendMessageFields, schedule: RecurringSchedule })
  .openapi("CreateSeries");

export const PreviewSeriesBody = z.strictObject({ schedule: RecurringSchedule }).openapi("PreviewSeries");

export const SeriesPreview = z
  .object({
    next: z.array(z.object({ on: day, at: fields.moment })).openapi({ description: "The first five." }),
    count: z.int().min(1),
  })
  .openapi("SeriesPreview");

export const AcceptedSeries = z
  .object({
    id: fields.id("series"),
    outcome: z.enum(["accepted", "awaiting_approval"]),
    createdAt: fields.moment,
  })
  .openapi("AcceptedSeries");

export const SeriesQuery = fields.pageQuery.extend({ state: z.enum(SERIES_STATES).optional() });
export const OccurrenceQuery = fields.pageQuery.extend({ state: z.enum(OCCURRENCE_STATES).optional() });
export const SeriesParam = z.object({ seriesId: fields.id("series") });
export const OccurrenceParam = SeriesParam.extend({ on: day });

export const Series = z
  .object({
    id: fields.id("series"),
    title: z.string(),
    state: z.enum(SERIES_STATES),
    priority: z.int(),
    source: z
      .object({ id: fields.id("source"), name: z.string() })
      .nullable()
      .openapi({ description: "Null when a member composed it." }),
    author: z.object({ id: fields.id("member"), name: z.string() }).nullable(),
    audienceKind,
    startsAt: fields.moment,
    timeZone: z.string(),
    repeat: Repeat,
    nextAt: fields.moment.nullable().openapi({ description: "Null when nothing is still to come." }),
    nextOn: day.nullable(),
    endReason: z.string().nullable().openapi({ description: "Why it ended before its last day." }),
    createdAt: fields.moment,
  })
  .openapi("Series");

export const SeriesPage = fields.pageOf(Series).openapi("SeriesPage");

export const SeriesDetail = Series.extend({
  audience: AskedAudience,
  ...MessageContentFields,
  channels: z.array(z.object({ id: fields.id("channel"), name: z.string(), kind: z.string() })),
  approvalRequestId: z.string().nullable(),
}).openapi("SeriesDetail");

const Occurrence = z
  .object({
    on: day,
    at: fields.moment,
    state: z.enum(OCCURRENCE_STATES).openapi({
      description: "`withdrawn`: was still to come when the series was over.",
    }),
    messageId: fields.id("message").nullable(),
    reason: z.string().nullable(),
    reasonDetail: z.string().nullable(),
  })
  .openapi("Occurrence");

export const OccurrencePage = fields.pageOf(Occurrence).openapi("OccurrencePage");

export const toAcceptedSeries = ({ id, outcome, createdAt }: Accepted): z.infer<typeof AcceptedSeries> => ({
  id,
  outcome,
  createdAt: createdAt.toISOString(),
});

export function toSeries(row: NamedSeries): z.infer<typeof Series> {
  const isRunning = row.state === "active" || row.state === "pending_approval";
  return {
    id: row.id,
    title: row.title,
    state: row.state,
    priority: row.priority,
    source: row.source,
    author: row.author,
    audienceKind: row.audience.kind,
    startsAt: row.startsAt.toISOString(),
    timeZone: row.timeZone,
    repeat: row.repeat,
    nextAt: row.wakeAt?.toISOString() ?? null,
    nextOn: isRunning ? row.nextOn : null,
    endReason: row.endReason,
    createdAt: row.createdAt.toISOString(),
  };
}

export const toSeriesDetail = (row: Detail): z.infer<typeof SeriesDetail> => ({
  ...toSeries(row),
  audience: toAskedAudience(row.audience),
  template: row.template,
  content: row.content,
  tracking: row.tracking,
  variables: row.variables,
  contentHash: Buffer.from(row.contentHash).toString("hex"),
  policy: row.policy,
  channels: row.channels,
  approvalRequestId: row.approvalRequestId,
});

export const toOccurrence = (row: OccurrenceView): z.infer<typeof Occurrence> => ({
  on: row.on,
  at: row.at.toISOString(),
  state: row.state,
  messageId: row.messageId,
  reason: row.reason,
  reasonDetail: row.reasonDetail,
});
