import { fields, z } from "../../platform/http/index.ts";
import { FLOW_STATES, SIMULATION_EVENTS } from "../flows/index.ts";
import { QuietHoursSchema, timeOfDay } from "../quiet-hours/index.ts";
import { DEFAULT_CATEGORY, MessageCategorySchema } from "../templates/index.ts";
import { timeZone } from "../tenants/index.ts";
import { CONDITIONS, MAX_CHANNELS_PER_STEP, MAX_STEPS } from "./policy.rules.ts";
import { PolicySteps } from "./policy.schemas.ts";
import type { PolicySimulation as SimulationResult } from "./simulate-policy.ts";

/** Of what the database of time zones says something that holds. */
const FIRST_DAY = "2000-01-01";
const LAST_DAY = "2099-12-31";

/** A month: longer than any window. */
const MAX_SECONDS = 30 * 86_400;
const seconds = (description: string) => z.int().min(0).max(MAX_SECONDS).optional().openapi({ description });

const ChannelScript = z
  .strictObject({
    channelId: fields.id("channel"),
    noAddress: z.boolean().optional().openapi({ description: "The user has no address on this channel." }),
    acceptedAfterSeconds: seconds(
      "Seconds from the beginning of the step, or from the end of the quiet hours it was deferred for, to its turn and the vendor's answer: queueing, pacing, retries. 0 when left out.",
    ),
    failedWith: fields
      .line(64)
      .optional()
      .openapi({ description: "The vendor's answer is a final refusal with this code." }),
    deliveredAfterSeconds: seconds("Seconds from the vendor's acceptance to the receipt of arrival."),
    undeliveredAfterSeconds: seconds("Seconds from the vendor's acceptance to the report of a failure."),
    readAfterSeconds: seconds("Seconds from the vendor's acceptance to the reading."),
    clickedAfterSeconds: seconds("Seconds from the vendor's acceptance to the click."),
  })
  .openapi("ChannelScript", {
    description: "What becomes of one imagined user on one channel. What is left out does not happen.",
  });

const Start = z
  .strictObject({
    on: z.iso
      .date()
      .refine((day) => day >= FIRST_DAY && day <= LAST_DAY, `Use a day from ${FIRST_DAY} to ${LAST_DAY}.`)
      .openapi({ example: "2027-06-30" }),
    timeOfDay: timeOfDay.openapi({
      description:
        "By the wall clock of the zone. A time that clocks skip is as much later, of one that comes twice the first counts.",
      example: "21:50",
    }),
    timeZone,
    category: MessageCategorySchema.default(DEFAULT_CATEGORY),
    quietHours: z.enum(["defer", "drop", "ignore"]).optional().openapi({
      description: "What quiet hours do to the message. When left out, what they do to one of the category.",
    }),
    own: QuietHoursSchema.optional(),
  })
  .openapi("SimulationStart", {
    description:
      "When the message begins. The tenant's quiet hours hold, as they are set now, and a step that falls into them waits or is left out as it would be. `own` are the imagined user's, in the place of the tenant's.",
  });

export const SimulatePolicyBody = z
  .strictObject({
    policyId: fields
      .id("policy")
      .optional()
      .openapi({ description: "Simulates this policy's latest version." }),
    steps: PolicySteps.optional().openapi({ description: "Simulates these steps, saved or not." }),
    channels: z
      .array(ChannelScript)
      .max(MAX_STEPS * MAX_CHANNELS_PER_STEP)
      .openapi({
        description: "The script. A channel without an entry accepts at once and never reports anything.",
      }),
    start: Start.optional().openapi({ description: "When left out, it is never quiet." }),
  })
  .openapi("SimulatePolicy", { description: "Exactly one of `policyId` and `steps`." });

const SimulationEvent = z
  .object({
    atSeconds: z.int().openapi({ description: "On the virtual clock, which starts at 0." }),
    at: fields.moment.nullable().openapi({ description: "The same as a moment; null without `start`." }),
    kind: z.enum(SIMULATION_EVENTS),
    step: z.int(),
    channelId: z.string().nullable(),
    because: z
      .enum(["no_address", "quiet_hours", ...CONDITIONS])
      .nullable()
      .openapi({ description: "Why a step was taken." }),
    code: z.string().nullable(),
    untilSeconds: z.int().nullable().openapi({
      description: "When the window or the quiet hours end that are waited for.",
    }),
    until: fields.moment.nullable().openapi({ description: "The same as a moment; null without `start`." }),
  })
  .openapi("SimulationEvent");

export const PolicySimulation = z
  .object({
    timeline: z.array(SimulationEvent),
    outcome: z.enum(FLOW_STATES),
    wastedCount: z
      .int()
      .openapi({ description: "Steps that left although an earlier one arrived after all." }),
  })
  .openapi("PolicySimulation");

export function toSimulation({
  timeline,
  outcome,
  wastedCount,
  startsAt,
}: SimulationResult): z.infer<typeof PolicySimulation> {
  const moment = (seconds: number | null) =>
    startsAt && seconds !== null ? new Date(startsAt.getTime() + seconds * 1000).toISOString() : null;
  return {
    timeline: timeline.map(({ atSeconds, kind, step, channelId, because, code, untilSeconds }) => ({
      atSeconds,
      at: moment(atSeconds),
      kind,
      step,
      channelId,
      because,
      code,
      untilSeconds,
      until: moment(untilSeconds),
    })),
    outcome,
    wastedCount,
  };
}
