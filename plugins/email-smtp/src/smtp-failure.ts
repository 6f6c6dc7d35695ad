/** The point of the dialogue at which it failed, in order. */
export type SmtpStage = "resolve" | "connect" | "starttls" | "login" | "sender" | "recipient" | "content";

interface FailureFacts {
  stage: SmtpStage;
  /** The server's reply code; absent when the connection failed instead. */
  replyCode?: number;
  /** What the server adds to it, for example `5.1.1`: https://www.rfc-editor.org/rfc/rfc3463 */
  enhancedCode?: string;
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
  readonly enhancedCode?: string;
  readonly systemCode?: string;
  readonly contentStarted: boolean;

  private constructor(cause: unknown, facts: FailureFacts) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.stage = facts.stage;
    this.contentStarted = facts.contentStarted;
    if (facts.replyCode !== undefined) this.replyCode = facts.replyCode;
    if (facts.enhancedCode !== undefined) this.enhancedCode = facts.enhancedCode;
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

/** Behind the reply code, of the same class: `550 5.1.1 No such mailbox`. */
const ENHANCED_CODE = /^[45]\d\d[ -]([45]\.\d{1,3}\.\d{1,3})\b/;

interface ClientError {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  response?: string;
  command: string;
}

function readClientError(error: unknown): ClientError {
  const { command = "", ...rest } = (error ?? {}) as Partial<ClientError>;
  return { ...rest, command };
}

function readFacts(error: unknown): Pick<FailureFacts, "replyCode" | "enhancedCode" | "systemCode"> {
  const { code, originalCode, responseCode, response = "" } = readClientError(error);
  const enhancedCode = ENHANCED_CODE.exec(response)?.[1];
  const systemCode = originalCode ?? code;
  return {
    ...(responseCode !== undefined && { replyCode: responseCode }),
    ...(enhancedCode !== undefined && { enhancedCode }),
    ...(systemCode !== undefined && { systemCode }),
  };
}
