/** Why a process ended before its time: it left heartbeats unanswered, it died, or it held too much memory. */
export type LossReason = "hung" | "died" | "memory";

/** The process is gone and the call with it; being a pure function's, it may be repeated. */
export class ProcessLost extends Error {
  override readonly name = "ProcessLost";
  readonly reason: LossReason;

  constructor(reason: LossReason) {
    super(`the sandbox process is lost: ${reason}`);
    this.reason = reason;
  }
}
