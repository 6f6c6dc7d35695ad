import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { ProblemError } from "../../platform/errors.ts";
import { getChannel } from "../channels/index.ts";
import type { AcceptedMessage, AcceptMessage } from "../messages/index.ts";

export interface TestSend {
  content?: Record<string, string> | undefined;
  templateId?: string | undefined;
  variables: Record<string, string | number>;
  address: string;
}

/** Before everything else, so that somebody who waits for the test does not wait for a broadcast. */
const PRIORITY = 1;

export interface SendTestDeps {
  transact: Transact;
  acceptMessage: AcceptMessage;
}

/** Sends a message to one typed address by one channel, like any other message but for the statistics. */
export function createSendTest({ transact, acceptMessage }: SendTestDeps) {
  return async function sendTest(
    ctx: RequestContext,
    channelId: string,
    { content, templateId, variables, address }: TestSend,
    idempotencyKey: string | undefined,
  ): Promise<AcceptedMessage> {
    authorize(ctx, "send", "Message");
    const { kind } = await transact(ctx, (tx) => getChannel(tx, ctx, channelId));
    const message = {
      audience: { kind: "addresses" as const, addresses: [{ address }] },
      channels: [channelId],
      template: templateId,
      content: content && { [kind]: content },
      variables,
      priority: PRIORITY,
      isTest: true,
    };
    return acceptMessage(ctx, message, idempotencyKey).catch((error) => {
      throw error instanceof ProblemError ? inOwnPlaces(error, kind) : error;
    });
  };
}

export type SendTest = ReturnType<typeof createSendTest>;

/** A problem of the message, at the places where the caller wrote what is wrong. */
function inOwnPlaces(problem: ProblemError, kind: string): ProblemError {
  const errors = problem.options.errors?.map((error) => ({
    ...error,
    pointer: ownPointer(error.pointer, kind),
  }));
  return new ProblemError(problem.type, problem.message, { ...problem.options, ...(errors && { errors }) });
}

function ownPointer(pointer: string, kind: string): string {
  if (pointer.startsWith(`/content/${kind}/`)) return pointer.replace(`/content/${kind}/`, "/content/");
  if (pointer.startsWith("/audience/addresses/0")) return "/address";
  return pointer === "/template" ? "/templateId" : pointer;
}
