import { framesOf, type Logger } from "../../logger.ts";
import type { Credentials } from "../auth/credentials.ts";
import type { ChannelHandle } from "../channel.ts";
import type { ContractBreaches } from "./batch-outcome.ts";
import { clip } from "./foreign-text.ts";
import { PluginFault } from "./plugin-fault.ts";
import { PluginUnavailable } from "./plugin-unavailable.ts";
import type { Sender } from "./request-sender.ts";

const MAX_REASON_LENGTH = 2000;

type Subject = Pick<Sender, "channel" | "manifest"> & { credentials: Pick<Credentials, "redact"> };

/** Logs what a plugin threw. */
export function logFault(logger: Logger, subject: Subject, op: string, error: unknown): void {
  const reason = clip(subject.credentials.redact(reasonOf(error)), MAX_REASON_LENGTH);
  logger.error({ ...describe(subject), op, reason }, "plugin failed");
}

/** Logs a push that the plugin could not read. */
export function logReceiptFault(logger: Logger, channel: ChannelHandle, error: unknown): void {
  const { tenantId, channelId, pluginId } = channel;
  const reason = clip(reasonOf(error), MAX_REASON_LENGTH);
  logger.warn({ pluginId, tenantId, channelId, reason }, "receipt was not read in full");
}

/**
 * The message of a foreign error may quote what the vendor said, and with it people's data: of those the log has name
 * and places only. What we say of the contract ourselves quotes nothing.
 */
function reasonOf(error: unknown): string {
  if (error instanceof PluginFault || error instanceof PluginUnavailable) return error.message;
  return error instanceof Error ? `${error.name}\n${framesOf(error) ?? ""}` : `a thrown ${typeof error}`;
}

/** Logs results that broke the contract, if there are any. */
export function logBreaches(logger: Logger, subject: Subject, breaches: ContractBreaches): void {
  if (Object.values(breaches).every((count) => count === 0)) return;
  logger.warn({ ...describe(subject), ...breaches }, "plugin broke the contract on results");
}

function describe({ channel, manifest }: Subject) {
  const { tenantId, channelId } = channel;
  return { pluginId: manifest.id, pluginVersion: manifest.version, tenantId, channelId };
}
