import { fields, z } from "../../../platform/http/index.ts";
import {
  Grants,
  Listing,
  label,
  listingState,
  pluginName,
  reportOf,
  toListing,
  toReport,
  version,
} from "../listings/listing.schemas.ts";
import { pluginId } from "../policy/policy.schemas.ts";
import type { ListingDetail as Detail } from "./listing-detail.ts";
import { VERDICTS } from "./review.rules.ts";

const publisher = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/, "Not the first part of a plugin's id.")
  .openapi({ example: "acme" });

const reason = fields.line(500);

export const ListingQuery = fields.pageQuery.extend({
  registryId: fields.id("registry").optional(),
  state: listingState.optional(),
  publisher: publisher.optional(),
  pluginId: pluginId.optional(),
  query: z.string().trim().min(1).max(100).optional().openapi({ description: "Part of an id or a name." }),
  kind: z
    .string()
    .regex(/^[a-z0-9_-]{1,40}$/, "Not a kind of channel.")
    .optional()
    .openapi({ example: "sms" }),
  label: label.optional(),
});

export const ListingParam = z.object({
  registryId: fields.id("registry"),
  publisher,
  name: pluginName,
  version,
});

export const ListingFileQuery = z.object({
  path: z.string().min(1).max(100).openapi({ description: "Of the package.", example: "plugin.js" }),
});

export const ReviewBody = z
  .strictObject({ verdict: z.enum(VERDICTS), comment: z.string().trim().max(2_000).optional() })
  .refine(({ verdict, comment }) => verdict === "approved" || (comment ?? "") !== "", {
    path: ["comment"],
    message: "Say why it is refused: the publisher reads it.",
  })
  .openapi("ReviewListing");

export const ChangeLabelsBody = z
  .strictObject({
    add: z.array(label).max(4).default([]),
    remove: z.array(label).max(4).default([]),
    reason,
  })
  .openapi("ChangeListingLabels", { description: "`malicious` blocks the code at once, everywhere." });

export const ReasonBody = z.strictObject({ reason }).openapi("WithdrawListing");

const Review = z.object({
  accountId: fields.id("account"),
  email: z.string(),
  verdict: z.enum(VERDICTS),
  comment: z.string().nullable(),
  createdAt: fields.moment,
});

const FileOfPackage = z
  .object({
    path: z.string(),
    sizeBytes: z.int(),
    sha256: z.string(),
    change: z
      .enum(["same", "changed", "added", "removed"])
      .openapi({ description: "Next to the version before." }),
  })
  .openapi("PackageFile");

export const ListingDetail = Listing.extend({
  report: reportOf,
  manifest: z.record(z.string(), z.unknown()),
  readme: z
    .string()
    .nullable()
    .openapi({ description: "Markdown; of the publisher, and not to be trusted." }),
  files: z.array(FileOfPackage),
  grants: Grants,
  before: z.object({ version: z.string(), sha256: z.string() }).nullable(),
  widening: z.array(
    z.object({ kind: z.enum(["hosts", "settingsHosts", "secrets", "abilities"]), value: z.string() }),
  ),
  reviews: z.array(Review),
  signatures: z.array(z.object({ role: z.enum(["publisher", "registry"]), keyId: z.string() })),
  block: z
    .object({ cause: z.enum(["operator", "label", "strikes"]), reason: z.string(), createdAt: fields.moment })
    .nullable(),
}).openapi("PluginListingDetail");

export const ListingFile = z
  .object({
    path: z.string(),
    text: z.string().nullable().openapi({ description: "Null where the version has no such file." }),
    previous: z.string().nullable().openapi({ description: "The file of the version before." }),
  })
  .openapi("PluginListingFile");

interface Signature {
  role: "publisher" | "registry";
  keyId: string;
}

export function toListingDetail(detail: Detail): z.infer<typeof ListingDetail> {
  const { listing, block } = detail;
  const { signatures } = listing.envelope as { signatures: Signature[] };
  return {
    ...toListing(listing),
    report: toReport(listing.report),
    manifest: detail.manifest,
    readme: detail.readme,
    files: detail.files,
    grants: detail.grants,
    before: detail.before,
    widening: detail.widening,
    reviews: detail.reviews.map((review) => ({
      accountId: review.accountId,
      email: review.email,
      verdict: review.verdict,
      comment: review.comment,
      createdAt: review.createdAt.toISOString(),
    })),
    signatures: signatures.map(({ role, keyId }) => ({ role, keyId })),
    block: block
      ? { cause: block.cause, reason: block.reason, createdAt: block.createdAt.toISOString() }
      : null,
  };
}
