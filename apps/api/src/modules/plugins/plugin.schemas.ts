import { grantsOf } from "@tidings/sdk/package";
import { ADDRESS_ORIGINS, RECEIPT_MODES } from "@tidings/sdk/plugin";
import { z } from "../../platform/http/index.ts";
import {
  blockReason,
  conduct,
  Installation,
  PluginGrants,
  toConduct,
  toInstallation,
} from "../installations/index.ts";
import type { UsablePlugin } from "./plugin.service.ts";

const text = z
  .object({ zh: z.string(), en: z.string() })
  .openapi("LocalizedText", { description: "A text in the console's languages." });

const jsonSchema = z.record(z.string(), z.unknown());

const ContentField = z
  .object({
    label: text,
    required: z.boolean(),
    maxLength: z.int().openapi({ description: "Longest rendered value, Unicode code points." }),
    escape: z.enum(["none", "html"]),
    multiline: z.boolean(),
    renderedBy: z.enum(["host", "vendor"]).openapi({
      description: "`vendor`: the recipient gets the vendor's own text; nothing in it is tracked.",
    }),
    namesVendorTemplate: z.boolean().openapi({
      description: "Its value is the code of a template at the vendor, among those that the channel lists.",
    }),
    choices: z
      .array(z.object({ value: z.string(), label: text }))
      .nullable()
      .openapi({
        description: "The only values that the field may have; null: it may say anything.",
      }),
    help: text.nullable(),
  })
  .openapi("ContentField");

export const Plugin = z
  .object({
    id: z.string().openapi({ example: "publisher/name" }),
    version: z.string(),
    ...conduct,
    grants: PluginGrants,
    kind: z.string().openapi({ description: "The channel kind it serves.", example: "sms" }),
    kindName: text,
    name: text,
    summary: text,
    docsUrl: z.string().nullable(),
    settings: jsonSchema.openapi({
      description: "JSON Schema (2020-12) of the settings form; `x-secret` marks write-only fields.",
    }),
    address: z.object({
      schema: jsonSchema,
      label: text,
      from: z.enum(ADDRESS_ORIGINS).openapi({
        description:
          "`user`: everybody is reached under their own user id; no address of this kind is entered.",
      }),
    }),
    content: z
      .record(z.string(), ContentField)
      .openapi({ description: "What a template has to fill in for this channel kind." }),
    receipts: z.object({ mode: z.enum(RECEIPT_MODES), delivered: z.boolean(), read: z.boolean() }),
    vendorTemplates: z.enum(["listed", "named"]).nullable().openapi({
      description:
        "The vendor's signatures and templates can be read with their review states: all that it lists, or those that the settings and the tenant's templates name. Null: they cannot.",
    }),
    limits: z.object({
      batchSize: z.int(),
      perRecipient: z.array(z.object({ messages: z.int(), seconds: z.int() })).openapi({
        description:
          "What the vendor takes for one recipient: at most so many messages within any so many seconds. What exceeds it waits until there is room.",
      }),
    }),
    countsAllowances: z.boolean().openapi({
      description: "Recipients allow its messages one by one; the channel's ledger says how many are left.",
    }),
    billing: z
      .object({ unit: text })
      .nullable()
      .openapi({ description: "What a channel's price is for; null: a message." }),
    errors: z.record(z.string(), text).openapi({ description: "The vendor's codes in words." }),
    origin: z.enum(["shipped", "marketplace"]),
    obstacle: z
      .object({ code: z.string(), detail: z.string(), reason: blockReason })
      .nullable()
      .openapi({ description: "Why its deliveries wait: it is blocked, or cannot be loaded." }),
    installation: Installation.nullable().openapi({ description: "Null for a plugin that ships." }),
  })
  .openapi("Plugin");

export const PluginList = z.object({ items: z.array(Plugin) }).openapi("PluginList");

export function toPlugin({ manifest, obstacle, installed }: UsablePlugin): z.infer<typeof Plugin> {
  const { id, version, kind, kindName, name, summary, docsUrl = null, address } = manifest;
  const { mode, delivered, read } = manifest.receipts;
  return {
    id,
    version,
    ...toConduct(manifest),
    grants: grantsOf(manifest),
    kind,
    kindName,
    name,
    summary,
    docsUrl,
    settings: { ...manifest.settings },
    address: { schema: { ...address.schema }, label: address.label, from: address.from ?? "identity" },
    content: Object.fromEntries(
      Object.entries(manifest.content).map(
        ([
          field,
          {
            multiline = false,
            renderedBy = "host",
            namesVendorTemplate = false,
            choices,
            help = null,
            ...rules
          },
        ]) => [
          field,
          {
            ...rules,
            multiline,
            renderedBy,
            namesVendorTemplate,
            choices: choices ? [...choices] : null,
            help,
          },
        ],
      ),
    ),
    receipts: { mode, delivered, read },
    vendorTemplates: manifest.vendorTemplates === true ? "listed" : manifest.vendorTemplates || null,
    limits: {
      batchSize: manifest.limits.batchSize,
      perRecipient: (manifest.limits.perRecipient ?? []).map((limit) => ({ ...limit })),
    },
    countsAllowances: manifest.allowances !== undefined,
    billing: manifest.billing ? { unit: manifest.billing.unit } : null,
    errors: { ...manifest.errors },
    origin: installed ? "marketplace" : "shipped",
    obstacle: obstacle
      ? { code: obstacle.code, detail: obstacle.detail, reason: obstacle.reason ?? null }
      : null,
    installation: installed ? toInstallation(installed) : null,
  };
}
