import type { Verification } from "@tidings/sdk/plugin";
import { fields, z } from "../../platform/http/index.ts";
import { MAX_PRICE, MoneySchema, moneyUpTo, toMoney } from "../costs/index.ts";
import { MEASURES, type Measure } from "../statistics/index.ts";
import type { ChannelHealth } from "./channel.repository.ts";
import { priceOf } from "./channel.rules.ts";
import type { Channel as ChannelView } from "./channel.service.ts";
import type {
  ChannelHealthReport as ChannelHealthReportView,
  Collection as CollectionView,
} from "./channel-health.service.ts";
import type { CircuitRow } from "./circuit.repository.ts";
import { CIRCUIT_CAUSES, CIRCUIT_STATES } from "./circuit.rules.ts";

/** As many fields as a manifest may declare. */
const MAX_FIELDS = 40;

const fieldName = z.string().min(1).max(64);
const settingValue = z.union([z.string().max(4_000), z.number(), z.boolean()]);
const secretValue = z.string().min(1).max(8_000);

const settings = z
  .record(fieldName, settingValue)
  .refine((values) => Object.keys(values).length <= MAX_FIELDS, `At most ${MAX_FIELDS} fields.`)
  .openapi({ description: "The fields of the plugin's settings form that are not secret." });

const secretsOf = <T extends z.ZodType>(value: T) =>
  z
    .record(fieldName, value)
    .refine((values) => Object.keys(values).length <= MAX_FIELDS, `At most ${MAX_FIELDS} fields.`);

const ratePerSecond = z.int().min(1).max(100_000).openapi({
  description: "Deliveries a second at most, of all messages together; null: no limit.",
});

const price = moneyUpTo(MAX_PRICE).openapi({
  description:
    "What one unit of the plugin's `billing` costs; without such rules a message is one. What has been sent keeps the price of its time.",
});

export const CreateChannelBody = z
  .strictObject({
    code: fields.code,
    name: fields.line(80),
    pluginId: z.string().min(1).max(110).openapi({ example: "publisher/name" }),
    settings: settings.default({}),
    secrets: secretsOf(secretValue).default({}).openapi({ description: "Write-only; never answered." }),
    state: fields.switchState.default("on"),
    ratePerSecond: ratePerSecond.nullable().default(null),
    price: price
      .nullable()
      .default(null)
      .openapi({ description: "Null: nothing is estimated, and nothing said to be free." }),
  })
  .openapi("CreateChannel");

export const UpdateChannelBody = z
  .strictObject({
    name: fields.line(80).optional(),
    state: fields.switchState.optional(),
    ratePerSecond: ratePerSecond.nullable().optional(),
    price: price.nullable().optional().openapi({ description: "Null removes it." }),
    settings: settings.optional().openapi({ description: "Replaces all settings." }),
    secrets: secretsOf(secretValue.nullable())
      .optional()
      .openapi({ description: "An omitted field stays as it is, null removes it." }),
  })
  .openapi("UpdateChannel");

export const ChannelParam = z.object({ channelId: fields.id("channel") });

export const ChannelQuery = fields.pageQuery.extend({
  kind: z.string().max(32).optional(),
  state: fields.switchState.optional(),
});

const Circuit = z
  .object({
    state: z.enum(CIRCUIT_STATES),
    since: fields.moment
      .nullable()
      .openapi({ description: "When it opened or closed; null: it never opened." }),
    cause: z.enum(CIRCUIT_CAUSES).nullable(),
    code: z.string().nullable().openapi({ description: "The vendor's code, or one of ours." }),
    detail: z.string().nullable(),
    nextProbeAt: fields.moment.nullable(),
  })
  .openapi("ChannelCircuit", {
    description:
      "Whether the channel is sent through. While it is open deliveries wait; the next probe sends one batch.",
  });

const Health = z
  .object({
    state: z.enum(["unverified", "healthy", "failing"]),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    at: fields.moment.nullable(),
    circuit: Circuit,
  })
  .openapi("ChannelHealth", { description: "What the last test call, or the sending, has found." });

export const Channel = z
  .object({
    id: fields.id("channel"),
    code: z.string(),
    name: z.string(),
    kind: z.string().openapi({ example: "sms" }),
    pluginId: z.string(),
    settings: z
      .record(z.string(), settingValue)
      .openapi({ description: "Without secrets; empty for a source." }),
    secrets: z
      .array(z.object({ field: z.string(), updatedAt: fields.moment }))
      .openapi({ description: "The secrets that are set, not their values." }),
    state: fields.switchState,
    ratePerSecond: ratePerSecond.nullable(),
    price: z.union([MoneySchema, z.null()]).openapi({ description: "Of one unit; null: nobody has said." }),
    health: Health,
    revision: z.int().openapi({ description: "Rises when settings or secrets change." }),
    sources: z
      .array(z.object({ id: fields.id("source"), name: z.string() }))
      .openapi({ description: "The sources that may use the channel." }),
    receiptsUrl: z.string().nullable().openapi({
      description: "What to enter at the vendor as address for receipts; for those who may set channels up.",
    }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Channel");

export const ChannelPage = fields.pageOf(Channel).openapi("ChannelPage");

export const ChannelVerification = z
  .object({
    ok: z.boolean(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    health: Health,
  })
  .openapi("ChannelVerification");

export function toChannel(row: ChannelView): z.infer<typeof Channel> {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    kind: row.kind,
    pluginId: row.pluginId,
    settings: row.settings,
    secrets: row.secrets.map(({ field, updatedAt }) => ({ field, updatedAt: updatedAt.toISOString() })),
    state: row.state,
    ratePerSecond: row.ratePerSecond,
    price: toPrice(row),
    health: toHealth(row),
    revision: row.revision,
    sources: row.sources,
    receiptsUrl: row.receiptsUrl,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function toPrice(row: ChannelView): z.infer<typeof MoneySchema> | null {
  const found = priceOf(row);
  return found && toMoney(found);
}

export function toVerification(row: Verification & HealthView): z.infer<typeof ChannelVerification> {
  return { ok: row.ok, code: row.code ?? null, detail: row.detail ?? null, health: toHealth(row) };
}

type HealthView = ChannelHealth & { circuit: CircuitRow | undefined };

function toHealth(row: HealthView): z.infer<typeof Health> {
  return {
    state: row.health,
    code: row.healthCode,
    detail: row.healthDetail,
    at: row.healthAt?.toISOString() ?? null,
    circuit: toCircuit(row.circuit),
  };
}

const toCircuit = (row: CircuitRow | undefined): z.infer<typeof Circuit> => ({
  state: row?.state ?? "closed",
  since: row?.since.toISOString() ?? null,
  cause: row?.cause ?? null,
  code: row?.reason ?? null,
  detail: row?.detail ?? null,
  nextProbeAt: row?.nextProbeAt?.toISOString() ?? null,
});

const count = z.int().min(0);

const words = z
  .object({ zh: z.string(), en: z.string() })
  .nullable()
  .openapi({ description: "The code in the plugin's words." });

const Collection = z
  .object({
    visitedAt: fields.moment.nullable().openapi({ description: "Null until the place was visited once." }),
    nextAt: fields.moment.nullable().openapi({ description: "When it is visited next; null: at once." }),
    failure: z
      .object({ code: z.string(), detail: z.string().nullable(), text: words })
      .nullable()
      .openapi({ description: "Why nothing could be fetched at the last visit; null when it could." }),
  })
  .openapi("ChannelCollection");

export const ChannelHealthReport = z
  .object({
    health: Health,
    since: fields.moment.openapi({
      description: "From when on deliveries are counted: 24 hours and what the hour has more.",
    }),
    counts: z
      .object(
        Object.fromEntries(MEASURES.map((measure) => [measure, count])) as Record<Measure, typeof count>,
      )
      .openapi({ description: "Deliveries made since then, by what became of them." }),
    reasons: z
      .array(
        z.object({
          measure: z.enum(MEASURES),
          reason: z.string().openapi({ description: "The vendor's code, or one of ours." }),
          count,
          text: words,
        }),
      )
      .openapi({ description: "Why deliveries did not go through, the ten most frequent." }),
    inFlightCount: count.nullable().openapi({
      description: "Deliveries that are being sent at the moment; null for a source.",
    }),
    ratePerSecond: ratePerSecond.nullable(),
    lastReceiptAt: fields.moment.nullable().openapi({
      description:
        "When the vendor last reported something new, to the second; null where it never has, and for a source.",
    }),
    collection: Collection.nullable().openapi({
      description:
        "How fetching goes what the vendor leaves somewhere, such as returned mail. Null where the settings name no such place, and for a source.",
    }),
    egress: z.object({ addresses: z.array(z.string()), contact: z.string().nullable() }).openapi({
      description:
        "Addresses and networks from which the vendor is called, for its list of allowed ones. Empty where the operator has named none; `contact` is whom to ask.",
    }),
  })
  .openapi("ChannelHealthReport");

const toCollection = ({ visitedAt, nextAt, failure }: CollectionView): z.infer<typeof Collection> => ({
  visitedAt: visitedAt?.toISOString() ?? null,
  nextAt: nextAt?.toISOString() ?? null,
  failure: failure && { code: failure.code, detail: failure.detail, text: failure.text },
});

export function toHealthReport(report: ChannelHealthReportView): z.infer<typeof ChannelHealthReport> {
  const { channel, activity, egress } = report;
  return {
    health: toHealth(channel),
    since: report.since.toISOString(),
    counts: report.counts,
    reasons: report.reasons.map(({ measure, reason, count: times, text }) => ({
      measure,
      reason,
      count: times,
      text,
    })),
    inFlightCount: activity?.inFlightCount ?? null,
    ratePerSecond: channel.ratePerSecond,
    lastReceiptAt: activity?.lastReceiptAt?.toISOString() ?? null,
    collection: activity?.collection ? toCollection(activity.collection) : null,
    egress: { addresses: [...egress.addresses], contact: egress.contact },
  };
}
