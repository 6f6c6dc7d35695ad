import { REVIEW_STATES, VENDOR_TEMPLATE_KINDS } from "@tidings/sdk/plugin";
import { fields, z } from "../../platform/http/index.ts";
import type { SyncRow, VendorTemplateRow } from "./vendor-template.repository.ts";
import type { VendorTemplates } from "./vendor-template.service.ts";

const kind = z.enum(VENDOR_TEMPLATE_KINDS);
const state = z.enum(REVIEW_STATES).openapi({
  description: "`pending`: still in review, `approved`: may be used, `rejected`: refused or withdrawn.",
});

export const VendorTemplateParam = z.object({ channelId: fields.id("channel") });

export const VendorTemplateQuery = fields.pageQuery.extend({
  kind: kind.optional(),
  state: state.optional(),
  code: fields.line(100).optional(),
});

const VendorTemplate = z
  .object({
    kind,
    code: z.string().openapi({ description: "What messages name it by." }),
    name: z.string(),
    text: z.string().nullable().openapi({ description: "The vendor's wording, with its placeholders." }),
    state,
    reason: z.string().nullable().openapi({ description: "Why it was refused, in the vendor's words." }),
  })
  .openapi("VendorTemplate");

export const VendorTemplateSync = z
  .object({
    syncedAt: fields.moment
      .nullable()
      .openapi({ description: "Of the list that is kept; null until one was read." }),
    nextAt: fields.moment.nullable().openapi({ description: "When it is read again by itself." }),
    failure: z
      .object({ code: z.string(), detail: z.string().nullable() })
      .nullable()
      .openapi({ description: "Why the last attempt failed: the vendor's code, or one of ours." }),
  })
  .openapi("VendorTemplateSync");

export const VendorTemplatePage = fields
  .pageOf(VendorTemplate)
  .extend({ sync: VendorTemplateSync })
  .openapi("VendorTemplatePage");

export function toVendorTemplatePage(page: VendorTemplates): z.infer<typeof VendorTemplatePage> {
  return { items: page.items.map(toVendorTemplate), nextCursor: page.nextCursor, sync: toSync(page.sync) };
}

const toVendorTemplate = (row: VendorTemplateRow): z.infer<typeof VendorTemplate> => ({
  kind: row.kind,
  code: row.code,
  name: row.name,
  text: row.text,
  state: row.state,
  reason: row.reason,
});

export const toSync = (row: SyncRow | undefined): z.infer<typeof VendorTemplateSync> => ({
  syncedAt: row?.syncedAt?.toISOString() ?? null,
  nextAt: row?.nextAt.toISOString() ?? null,
  failure: row && row.code !== null ? { code: row.code, detail: row.detail } : null,
});
