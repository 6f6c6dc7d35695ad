import { ALLOWANCE_CHANGES, MAX_GRANTED, MAX_SUBJECT_LENGTH } from "@tidings/sdk/plugin";
import { fields, z } from "../../platform/http/index.ts";
import { maskAddress } from "../users/index.ts";
import type { AllowanceRow } from "./allowance.repository.ts";

/** Changes that one call may bring. */
const MAX_CHANGES = 100;

const address = z.string().trim().min(1).max(500);
const subject = fields.line(MAX_SUBJECT_LENGTH).openapi({
  description: "What is allowed, as templates name it: for most vendors the id of a template there.",
});

export const AllowanceParam = z.object({ channelId: fields.id("channel") });

export const AllowanceQuery = fields.pageQuery.extend({
  address: address.optional().openapi({ description: "Exactly this one." }),
  subject: subject.optional(),
  state: z.enum(["some", "none"]).optional().openapi({
    description: "`some`: at least one message may be sent, `none`: no more.",
  }),
});

const RecipientAllowance = z
  .object({
    id: z.string(),
    address: z.string().openapi({ description: "Masked unless you may change users." }),
    subject: z.string(),
    remaining: z.int().openapi({ description: "Messages that the recipient still lets the channel send." }),
    knownSince: fields.moment.openapi({
      description: "When something was first heard of it; what was allowed before is not counted.",
    }),
    updatedAt: fields.moment,
  })
  .openapi("RecipientAllowance");

export const RecipientAllowancePage = fields.pageOf(RecipientAllowance).openapi("RecipientAllowancePage");

const AllowanceChange = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\x21-\x7e]{1,100}$/, "Use up to 100 letters, digits and signs.")
      .openapi({ description: "Your own id of the recipient's answer: told again, it changes nothing." }),
    address,
    subject,
    change: z.enum(ALLOWANCE_CHANGES).openapi({
      description: "`granted`: so many more messages; `withdrawn`: what was granted before is gone.",
    }),
    count: z.int().min(1).max(MAX_GRANTED).optional().openapi({
      description: "With `granted`: how many messages; one if it is not said.",
    }),
    at: fields.moment
      .optional()
      .openapi({ description: "When the recipient answered; now if it is not said." }),
  })
  .refine(({ change, count }) => change === "granted" || count === undefined, {
    path: ["count"],
    message: "A withdrawal has no count: it takes everything back.",
  })
  .openapi("AllowanceChange");

export const ReportAllowancesBody = z
  .strictObject({ changes: z.array(AllowanceChange).min(1).max(MAX_CHANGES) })
  .openapi("ReportAllowances");

export const ReportAllowancesResult = z
  .object({
    recordedCount: z.int(),
    repeatedCount: z.int().openapi({ description: "Changes that had been told before." }),
  })
  .openapi("ReportAllowancesResult");

export const toAllowance = (
  row: AllowanceRow,
  mayReadAddresses: boolean,
): z.infer<typeof RecipientAllowance> => ({
  id: row.id,
  address: mayReadAddresses ? row.address : maskAddress(row.address),
  subject: row.subject,
  remaining: row.remaining,
  knownSince: row.knownSince.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
