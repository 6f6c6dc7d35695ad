/** The point of the dialogue at which it failed, in order. */
export type SmtpStage = "resolve" | "connect" | "starttls" | "login" | "sender" | "recipient" | "content";

interface FailureFacts {
  stage: SmtpStage;
  /** The server's reply code; absent when the connection failed instead. */
  replyCode?: number;
  /** The code of the error itself, for example `ECONNREFUSED` or a certificate fault. */
  systemCode?: string;
  /** Whether the server had begun to receive the mail itself. */
  contentStarted: boolean;
}

/** What the SMTP client's errors say, reduced to what a decision needs. */
export class SmtpFailure extends Error implements FailureFacts {
  override readonly name = "SmtpFailure";
  readonly stage: SmtpStage;
  readonly replyCode?: number;
  readonly systemCode?: string;
  readonly contentStarted: boolean;

  private constructor(cause: unknown, facts: FailureFacts) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.stage = facts.stage;
    this.contentStarted = facts.contentStarted;
    if (facts.replyCode !== undefined) this.replyCode = facts.replyCode;
    if (facts.systemCode !== undefined) this.systemCode = facts.systemCode;
  }

  static atResolve(cause: unknown): SmtpFailure {
    return new SmtpFailure(cause, { ...readFacts(cause), stage: "resolve", contentStarted: false });
  }

  static atOpening(cause: unknown): SmtpFailure {
    const { command } = readClientError(cause);
    const stage = command.startsWith("AUTH") ? "login" : command === "STARTTLS" ? "starttls" : "connect";
    return new SmtpFailure(cause, { ...readFacts(cause), stage, contentStarted: false });
  }

  static atSending(cause: unknown, contentStarted: boolean): SmtpFailure {
    const { command } = readClientError(cause);
    const stage = command === "MAIL FROM" ? "sender" : command === "RCPT TO" ? "recipient" : "content";
    return new SmtpFailure(cause, { ...readFacts(cause), stage, contentStarted });
  }
}

interface ClientError {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  command: string;
}

function readClientError(error: unknown): ClientError {
  const { command = "", ...rest } = (error ?? {}) as Partial<ClientError>;
  return { ...rest, command };
}

function readFacts(error: unknown): Pick<FailureFacts, "replyCode" | "systemCode"> {
  const { code, originalCode, responseCode } = readClientError(error);
  const systemCode = originalCode ?? code;
  return {
    ...(responseCode !== undefined && { replyCode: responseCode }),
    ...(systemCode !== undefined && { systemCode }),
  };
}
