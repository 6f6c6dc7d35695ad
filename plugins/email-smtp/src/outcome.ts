import type { SendResult } from "@tidings/sdk/plugin";
import { SmtpFailure } from "./smtp-failure.ts";

export type Outcome = Omit<SendResult, "ref">;

const THROTTLED_REPLIES = [421, 450, 451, 452];
const THROTTLE_MS = 60_000;
/** A server that greylists asks for a few minutes; for the others it does no harm. */
const RETRY_MAILBOX_MS = 300_000;
/**
 * What a server says only of a mailbox that is gone. A bare 550 may as well be about the sender's reputation or the
 * text, so it says nothing about the address.
 */
const GONE_MAILBOX_CODES = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];
/** Size limit exceeded, which is the mail's fault, though it is answered to MAIL FROM. */
const TOO_LARGE_REPLY = 552;

/** Sorts a failure by who has to act. */
export function readFailure(error: unknown): Outcome {
  if (!(error instanceof SmtpFailure)) return { status: "transient", code: "smtp_error", ...detailOf(error) };
  const outcome = error.replyCode === undefined ? readLoss(error) : readReply(error, error.replyCode);
  return { ...outcome, ...detailOf(error) };
}

// No reply, only a broken or never opened connection.
function readLoss(failure: SmtpFailure): Outcome {
  if (failure.contentStarted) return { status: "unknown", code: "connection_lost" };
  if (failure.systemCode === "blocked") return { status: "config", code: "blocked" };
  if (failure.systemCode === "EMESSAGE") return { status: "rejected", code: "too_large" };
  if (failure.stage === "resolve") return { status: "transient", code: "host_not_found" };
  if (isCertificateFault(failure)) return { status: "config", code: "certificate" };
  if (failure.stage === "login") return { status: "config", code: "login_refused" };
  return { status: "transient", code: "not_connected" };
}

function isCertificateFault({ systemCode = "", message }: SmtpFailure): boolean {
  return /CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_/.test(systemCode) || /certificate|altnames/i.test(message);
}

function readReply(failure: SmtpFailure, replyCode: number): Outcome {
  const code = String(replyCode);
  if (replyCode < 500) return readTemporaryReply(failure, replyCode, code);
  if (failure.stage === "recipient" && GONE_MAILBOX_CODES.includes(failure.enhancedCode ?? "")) {
    return { status: "rejected", ...(failure.enhancedCode && { code: failure.enhancedCode }) };
  }
  if (failure.stage === "recipient" || failure.stage === "content") return { status: "rejected", code };
  if (failure.stage === "sender" && replyCode === TOO_LARGE_REPLY) return { status: "rejected", code };
  if (failure.stage === "connect") return { status: "transient", code };
  return { status: "config", code };
}

function readTemporaryReply({ stage }: SmtpFailure, replyCode: number, code: string): Outcome {
  // About this mailbox only: no reason to slow the channel down.
  if (stage === "recipient" && replyCode !== 421) {
    return { status: "transient", code, retryAfterMs: RETRY_MAILBOX_MS };
  }
  if (THROTTLED_REPLIES.includes(replyCode)) return { status: "throttled", code, retryAfterMs: THROTTLE_MS };
  return { status: "transient", code };
}

function detailOf(error: unknown): { detail?: string } {
  const message = error instanceof Error ? error.message : String(error);
  return message ? { detail: message.slice(0, 500).replace(/[\p{Cc}\p{Cs}]/gu, " ") } : {};
}
