import { fields, z } from "../../platform/http/index.ts";
import { FLOW_STATES, SIMULATION_EVENTS, type Simulation } from "../flows/index.ts";
import { CONDITIONS, MAX_CHANNELS_PER_STEP, MAX_STEPS } from "./policy.rules.ts";
import { PolicySteps } from "./policy.schemas.ts";

/** A month: longer than any window. */
const MAX_SECONDS = 30 * 86_400;
const seconds = (description: string) => z.int().min(0).max(MAX_SECONDS).optional().openapi({ description });

const ChannelScript = z
  .strictObject({
    channelId: fields.id("channel"),
    noAddress: z.boolean().optional().openapi({ description: "The user has no address on this channel." }),
    acceptedAfterSeconds: seconds(
      "Seconds from the beginning of the step to the vendor's answer: queueing, pacing, retries, quiet hours. 0 when left out.",
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
  })
  .openapi("SimulatePolicy", { description: "Exactly one of `policyId` and `steps`." });

const SimulationEvent = z
  .object({
    atSeconds: z.int().openapi({ description: "On the virtual clock, which starts at 0." }),
    kind: z.enum(SIMULATION_EVENTS),
    step: z.int(),
    channelId: z.string().nullable(),
    because: z
      .enum(["no_address", ...CONDITIONS])
      .nullable()
      .openapi({ description: "Why a step was taken." }),
    code: z.string().nullable(),
    untilSeconds: z.int().nullable().openapi({ description: "When the window ends that is waited for." }),
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

export const toSimulation = ({
  timeline,
  outcome,
  wastedCount,
}: Simulation): z.infer<typeof PolicySimulation> => ({
  timeline: timeline.map(({ atSeconds, kind, step, channelId, because, code, untilSeconds }) => ({
    atSeconds,
    kind,
    step,
    channelId,
    because,
    code,
    untilSeconds,
  })),
  outcome,
  wastedCount,
});
