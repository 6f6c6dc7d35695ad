import { fields, z } from "../../../platform/http/index.ts";
import { maskAddress } from "../../users/index.ts";
import type { PlannedStep } from "../request/send-plan.ts";
import { toUserQuietHours, UserQuietHours } from "./explained-quiet-hours.schemas.ts";
import type { ExplainedUser as UserResult } from "./explained-user.rules.ts";

/** What a step waits for; the first for nothing. */
export const stepCondition = {
  when: z.enum(["failed", "undelivered", "unread"]).nullable(),
  afterSeconds: z.int().nullable(),
};

export const named = { id: fields.id("channel"), name: z.string(), kind: z.string() };

const identityScope = z.enum(["all", "source", "channel"]);

export const ExplainedUser = z
  .object({
    userId: z.string(),
    name: z.string().nullable().openapi({ description: "Null: no user has this id." }),
    isInAudience: z.boolean(),
    beginsAt: z.int().nullable().openapi({ description: "The first step that can be sent; null: none can." }),
    quietHours: z.union([UserQuietHours, z.null()]).openapi({
      description: "The quiet hours in which it would find the user when it begins; null: none.",
    }),
    steps: z.array(
      z.object({
        step: z.int(),
        ...stepCondition,
        channels: z.array(
          z.object({
            ...named,
            reason: z
              .string()
              .nullable()
              .openapi({ description: "Why it would not be sent; null: it would." }),
            deferredUntil: fields.moment
              .nullable()
              .openapi({ description: "The end of the quiet hours that it would wait for." }),
            address: z.string().nullable().openapi({ description: "Masked." }),
            origin: z.enum(["all", "source", "channel", "custom", "user"]).nullable(),
            identities: z
              .array(
                z.object({
                  address: z.string().openapi({ description: "Masked." }),
                  scope: identityScope,
                  standing: z.enum(["chosen", "narrower_counts", "other_source", "other_channel"]),
                }),
              )
              .openapi({
                description: "The user's addresses of this channel's kind, and why each was chosen or not.",
              }),
          }),
        ),
      }),
    ),
  })
  .openapi("ExplainedUser");

export const conditionOf = ({
  step,
  when,
  afterSeconds,
}: Pick<PlannedStep, "when" | "afterSeconds"> & { step: number }) => ({
  step,
  when: when ?? null,
  afterSeconds: afterSeconds ?? null,
});

export function toExplainedUser(user: UserResult): z.infer<typeof ExplainedUser> {
  return {
    userId: user.userId,
    name: user.name,
    isInAudience: user.isInAudience,
    beginsAt: user.beginsAt,
    quietHours: user.quietHours && toUserQuietHours(user.quietHours),
    steps: user.steps.map((step) => ({
      ...conditionOf(step),
      channels: step.channels.map(
        ({ id, name, kind, reason, deferredUntil, address, origin, identities }) => ({
          id,
          name,
          kind,
          reason,
          deferredUntil: deferredUntil?.toISOString() ?? null,
          address: address && maskAddress(address),
          origin,
          identities: identities.map(({ scope, standing, ...identity }) => ({
            address: maskAddress(identity.address),
            scope,
            standing,
          })),
        }),
      ),
    })),
  };
}
