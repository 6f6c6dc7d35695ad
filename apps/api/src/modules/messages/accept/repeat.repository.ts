import { schema } from "@tidings/db";
import { and, eq } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import type { NewMessage } from "./accept.repository.ts";

const { messages } = schema;

/** What a message that repeats another one takes over. */
export type MessageToRepeat = Pick<
  NewMessage,
  | "sourceId"
  | "isTest"
  | "title"
  | "priority"
  | "category"
  | "templateVersionId"
  | "renderings"
  | "tracking"
  | "variables"
  | "ttlSeconds"
  | "options"
  | "rate"
  | "contentHash"
>;

/** Tells this lock from others on the same message. */
const REPETITION = 2;

/**
 * What is to be repeated; others who would repeat the same message wait until the transaction ends. Not by a lock on
 * the row: every batch under way share-locks that one.
 */
export async function reserveMessage(tx: Tx, tenantId: string, messageId: string): Promise<MessageToRepeat> {
  await tx.sql`select pg_advisory_xact_lock(hashtextextended(${toUuid("message", messageId)}, ${REPETITION}))`;
  const [row] = await tx.db
    .select({
      sourceId: messages.sourceId,
      isTest: messages.isTest,
      title: messages.title,
      priority: messages.priority,
      category: messages.category,
      templateVersionId: messages.templateVersionId,
      renderings: messages.renderings,
      tracking: messages.tracking,
      variables: messages.variables,
      ttlSeconds: messages.ttlSeconds,
      options: messages.options,
      rate: messages.rate,
      contentHash: messages.contentHash,
    })
    .from(messages)
    .where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId)));
  if (!row) throw new Error("the message has gone between two statements of one transaction");
  return { ...row, contentHash: Buffer.from(row.contentHash).toString("hex") };
}
