import { schema } from "@tidings/db";
import { and, eq } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid } from "../../../platform/ids.ts";
import { type Course, wakeAtOf } from "./schedule.rules.ts";

const { messages } = schema;

export interface WakingMessage {
  tenantId: string;
  messageId: string;
  /** It waits for approval. */
  isPending: boolean;
}

/** Messages whose time has come. Runs as the dispatcher, across tenants. */
export async function listWaking({ sql }: Tx, limit: number): Promise<WakingMessage[]> {
  const rows = await sql<{ tenant_id: string; id: string; is_pending: boolean }[]>`
    select tenant_id, id, state = 'pending_approval' as is_pending from messages
    where wake_at is not null and wake_at <= now() order by wake_at limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    messageId: fromUuid("message", row.id),
    isPending: row.is_pending,
  }));
}

export interface LockedCourse extends Course {
  title: string;
  needsApproval: boolean;
  timeZone: string | null;
  ttlSeconds: number | null;
  rate: schema.Rate | null;
}

/** Locks a message to change its course. */
export async function lockCourse(
  tx: Tx,
  tenantId: string,
  messageId: string,
): Promise<LockedCourse | undefined> {
  const [row] = await tx.db
    .select({
      title: messages.title,
      needsApproval: messages.needsApproval,
      state: messages.state,
      pausedFrom: messages.pausedFrom,
      scheduledAt: messages.scheduledAt,
      expiresAt: messages.expiresAt,
      timeZone: messages.timeZone,
      ttlSeconds: messages.ttlSeconds,
      rate: messages.rate,
    })
    .from(messages)
    .where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId)))
    .for("update");
  return row;
}

/** Saves the course of a message that is locked. */
export async function saveCourse(
  tx: Tx,
  tenantId: string,
  messageId: string,
  course: Course & { timeZone?: string | null; needsApproval?: boolean },
): Promise<void> {
  const { state, pausedFrom, scheduledAt, expiresAt } = course;
  await tx.db
    .update(messages)
    .set({
      state,
      pausedFrom,
      scheduledAt,
      expiresAt,
      wakeAt: wakeAtOf(course),
      updatedAt: new Date(),
      ...(course.timeZone === undefined ? {} : { timeZone: course.timeZone }),
      ...(course.needsApproval === undefined ? {} : { needsApproval: course.needsApproval }),
    })
    .where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId)));
}

/** Has a message that is locked woken later than its course says. */
export async function putOffWaking(tx: Tx, tenantId: string, messageId: string, wakeAt: Date): Promise<void> {
  await tx.db
    .update(messages)
    .set({ wakeAt })
    .where(and(eq(messages.tenantId, tenantId), eq(messages.id, messageId)));
}
