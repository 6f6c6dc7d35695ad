import { fields, z } from "../../platform/http/index.ts";
import type { VersionedPolicy } from "./policy.repository.ts";
import {
  CONDITIONS,
  MAX_AFTER_SECONDS,
  MAX_CHANNELS_PER_STEP,
  MAX_STEPS,
  MIN_AFTER_SECONDS,
} from "./policy.rules.ts";

const PolicyStep = z
  .strictObject({
    channelIds: z
      .array(fields.id("channel"))
      .min(1)
      .max(MAX_CHANNELS_PER_STEP)
      .openapi({ description: "Sent to at once; the step is satisfied when any of them satisfies it." }),
    when: z
      .enum(CONDITIONS)
      .optional()
      .openapi({ description: "What has to have become of the step before. Not in the first step." }),
    afterSeconds: z.int().min(MIN_AFTER_SECONDS).max(MAX_AFTER_SECONDS).optional().openapi({
      description:
        "Seconds after the vendor accepted the step before. Not with `failed`, which acts at once.",
    }),
  })
  .openapi("PolicyStep");

export const PolicySteps = z.array(PolicyStep).min(1).max(MAX_STEPS);

export const CreatePolicyBody = z
  .strictObject({ name: fields.line(80), steps: PolicySteps })
  .openapi("CreatePolicy");

export const SavePolicyBody = CreatePolicyBody.extend({
  basedOn: fields.moment.optional().openapi({
    description:
      "`updatedAt` of the policy as it was when this change was begun. What somebody else has saved since then is not replaced: the answer is 409 `policy-changed`. Without it, it is.",
  }),
}).openapi("SavePolicy");

const policyState = z.enum(["active", "archived"]);

export const PolicyParam = z.object({ policyId: fields.id("policy") });
export const PolicyQuery = fields.pageQuery.extend({ state: policyState.optional() });

export const Policy = z
  .object({
    id: fields.id("policy"),
    name: z.string(),
    state: policyState,
    number: z.int().openapi({ description: "The number of the latest version." }),
    steps: z.array(PolicyStep).openapi({ description: "The steps of the latest version." }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Policy");

export const PolicyPage = fields.pageOf(Policy).openapi("PolicyPage");

export function toPolicy(row: VersionedPolicy): z.infer<typeof Policy> {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    number: row.version.number,
    steps: row.version.steps,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
