import { PACKAGE_LIMITS } from "@tidings/sdk/package";
import { fields, z } from "../../../platform/http/index.ts";
import { Listing, pluginName, reportOf, toListing, toReport, version } from "../listings/listing.schemas.ts";
import { PublisherParam } from "../publishers/publisher.schemas.ts";
import { VERDICTS } from "../review/review.rules.ts";
import type { OwnSubmission } from "./submission.service.ts";

/** Base64 takes four characters for three bytes. */
const ARCHIVE_LENGTH = Math.ceil(PACKAGE_LIMITS.archive / 3) * 4;
/** A statement names up to 30 files; its base64 stays well below. */
const PAYLOAD_LENGTH = 16_384;

const Envelope = z
  .strictObject({
    payloadType: z.string().max(200),
    payload: z.base64().max(PAYLOAD_LENGTH),
    signatures: z
      .array(
        z.strictObject({
          role: z.enum(["publisher", "registry"]),
          keyId: z.string().regex(/^[0-9a-f]{16}$/),
          signature: z.base64().max(88),
        }),
      )
      .min(1)
      .max(8),
  })
  .openapi("PluginEnvelope", { description: "The signed statement: DSSE, signed with Ed25519." });

export const SubmitBody = z
  .strictObject({
    archive: z.base64().min(4).max(ARCHIVE_LENGTH).openapi({ description: "The package, at most 512 KiB." }),
    envelope: Envelope,
  })
  .openapi("CreateSubmission");

export const SubmissionParam = PublisherParam.extend({ name: pluginName, version });

const Review = z.object({
  verdict: z.enum(VERDICTS),
  comment: z.string().nullable(),
  createdAt: fields.moment,
});

export const SubmissionDetail = Listing.extend({
  report: reportOf,
  reviews: z.array(Review).openapi({ description: "What the operators said." }),
}).openapi("Submission");

export const toSubmission = ({ listing, reviews }: OwnSubmission): z.infer<typeof SubmissionDetail> => ({
  ...toListing(listing),
  report: toReport(listing.report),
  reviews: reviews.map(({ verdict, comment, createdAt }) => ({
    verdict,
    comment,
    createdAt: createdAt.toISOString(),
  })),
});
