import { randomBytes } from "node:crypto";
import type { LocalizedText, OutboundMessage, PlanInput, SendResult } from "@tidings/sdk/plugin";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { OpenPlugin } from "./catalogue.ts";
import type { ChannelHandle } from "./channel.ts";
import { BatchOutcome } from "./execution/batch-outcome.ts";
import { logFault } from "./execution/fault-log.ts";
import { clip } from "./execution/foreign-text.ts";
import { MISSING_PLUGIN, NO_RESULT, type Obstacle } from "./execution/obstacles.ts";
import { PluginFault } from "./execution/plugin-fault.ts";
import { isRecord, isText, readList, readPlan } from "./execution/plugin-output.ts";
import { obstacleOf } from "./execution/plugin-unavailable.ts";
import { type PreviewedRequest, previewRequest } from "./execution/request-preview.ts";
import type { OutboundPolicy } from "./outbound/policy.ts";

/** A part of what a native plugin would hand over: an envelope, a mail. */
export interface TransmissionPart {
  label: LocalizedText;
  text: string;
}

/** Why the plugin would not send the message at all. */
export type PlanRefusal = Pick<SendResult, "status" | "code" | "detail">;

/** What sending one message would put on the wire. */
export type SendingPreview =
  | { kind: "requests"; requests: PreviewedRequest[]; refusal: PlanRefusal | null }
  | { kind: "transmission"; parts: TransmissionPart[]; refusal: PlanRefusal | null }
  | ({ kind: "unavailable" } & Obstacle);

export interface PreviewsDeps {
  open(channel: ChannelHandle): OpenPlugin | undefined;
  policy: OutboundPolicy;
  clock: Clock;
  logger: Logger;
}

export interface Previews {
  /** Plans a message and says what would go out, without secrets and without sending. Never throws. */
  preview(channel: ChannelHandle, batchRef: string, message: OutboundMessage): Promise<SendingPreview>;
}

const NO_PREVIEW: Obstacle = {
  code: "no_preview",
  detail: "The plugin of this channel does its own sending and does not say beforehand what it would send.",
};
const TOO_LARGE: Obstacle = {
  code: "preview_too_large",
  detail: "What would be sent is too large to be shown.",
};

/** The most that is shown, in characters of all parts or requests together. */
const MAX_SHOWN_LENGTH = 2_000_000;
const MAX_PARTS = 10;
const MAX_LABEL_LENGTH = 100;

/** No secret is read here, so there is none to be kept out of the log. */
const NO_SECRETS_READ = { redact: (text: string) => text };

export function createPreviews({ open, policy, clock, logger }: PreviewsDeps): Previews {
  async function previewWith(
    channel: ChannelHandle,
    { manifest, module: load }: OpenPlugin,
    input: PlanInput,
  ): Promise<SendingPreview> {
    const module = await load();
    if (module.level === "native") {
      return module.functions.preview
        ? readTransmission(await module.functions.preview(input), input)
        : { kind: "unavailable", ...NO_PREVIEW };
    }
    const { requests, results } = readPlan(await module.functions.plan(input));
    return {
      kind: "requests",
      requests: requests.map((request) => previewRequest(request, channel, manifest, policy)),
      refusal: refusalOf(results, input),
    };
  }

  return {
    async preview(channel, batchRef, message) {
      const found = open(channel);
      if (!found) return { kind: "unavailable", ...MISSING_PLUGIN };
      const input = {
        batchRef,
        messages: [message],
        settings: channel.settings,
        now: clock.now().getTime(),
        seed: randomBytes(16).toString("hex"),
      };
      try {
        const preview = await previewWith(channel, found, input);
        const isTooLarge = JSON.stringify(preview).length > MAX_SHOWN_LENGTH;
        return isTooLarge ? { kind: "unavailable", ...TOO_LARGE } : preview;
      } catch (error) {
        logFault(
          logger,
          { channel, manifest: found.manifest, credentials: NO_SECRETS_READ },
          "preview",
          error,
        );
        return { kind: "unavailable", ...obstacleOf(error) };
      }
    },
  };
}

/** What the plan says of the message itself; null when it has requests for it. */
function refusalOf(results: readonly unknown[], { messages }: PlanInput): PlanRefusal | null {
  if (results.length === 0) return null;
  const refs = messages.map(({ ref }) => ref);
  const outcome = new BatchOutcome(refs, NO_SECRETS_READ.redact);
  outcome.add(results);
  const [result] = outcome.complete(NO_RESULT);
  if (!result) return null;
  const { status, code, detail } = result;
  return { status, ...(code && { code }), ...(detail && { detail }) };
}

function readTransmission(output: unknown, input: PlanInput): SendingPreview {
  if (!isRecord(output)) throw new PluginFault("preview returned no object");
  const [transmission] = readList(output.transmissions);
  const parts = isRecord(transmission) ? readList(transmission.parts) : [];
  if (parts.length > MAX_PARTS) throw new PluginFault(`shows more than ${MAX_PARTS} parts`);
  return {
    kind: "transmission",
    parts: parts.map(readPart),
    refusal: refusalOf(readList(output.results), input),
  };
}

function readPart(part: unknown): TransmissionPart {
  if (!isRecord(part) || !isText(part.text) || !isRecord(part.label))
    throw new PluginFault("a part is malformed");
  const { zh, en } = part.label;
  if (!isText(zh) || !isText(en)) throw new PluginFault("a part has no label");
  return { label: { zh: clip(zh, MAX_LABEL_LENGTH), en: clip(en, MAX_LABEL_LENGTH) }, text: part.text };
}
