import type { Logger } from "../../logger.ts";
import type { ChannelHandle } from "../channel.ts";
import type { ContractBreaches } from "./batch-outcome.ts";
import { clip } from "./foreign-text.ts";
import type { Sender } from "./request-sender.ts";

const MAX_REASON_LENGTH = 2000;

type Subject = Pick<Sender, "channel" | "manifest" | "credentials">;

/** Logs what a plugin threw. The text is the plugin's, so secrets are taken out of it first. */
export function logFault(logger: Logger, subject: Subject, op: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const reason = clip(subject.credentials.redact(text), MAX_REASON_LENGTH);
  logger.error({ ...describe(subject), op, reason }, "plugin failed");
}

/** Logs a push that the plugin could not read. The reason only: its text may repeat what was pushed. */
export function logReceiptFault(logger: Logger, channel: ChannelHandle, fault: unknown): void {
  const { tenantId, channelId, pluginId } = channel;
  const reason = fault instanceof Error ? `${fault.name} at ${placeOf(fault)}` : String(fault);
  logger.warn({ pluginId, tenantId, channelId, reason }, "receipt was not read in full");
}

const placeOf = (error: Error) => error.stack?.split("\n    at ")[1] ?? "an unknown place";

/** Logs results that broke the contract, if there are any. */
export function logBreaches(logger: Logger, subject: Subject, breaches: ContractBreaches): void {
  if (Object.values(breaches).every((count) => count === 0)) return;
  logger.warn({ ...describe(subject), ...breaches }, "plugin broke the contract on results");
}

function describe({ channel, manifest }: Subject) {
  const { tenantId, channelId } = channel;
  return { pluginId: manifest.id, pluginVersion: manifest.version, tenantId, channelId };
}
