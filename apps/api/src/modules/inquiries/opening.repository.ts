import type { PluginManifest } from "@tidings/sdk/plugin";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { START_WITHIN_SECONDS } from "../deliveries/index.ts";
import { type InquiryKind, scheduleOf } from "./inquiry.rules.ts";

/** An attempt that has just ended. */
export interface EndedAttempt {
  tenantId: string;
  messageId: string;
  channelId: string;
  attemptId: string;
  firstId: string;
  lastId: string;
}

/** Has the vendor asked about what a batch left open. Part of the transaction that ends its attempt. */
export async function openInquiry(
  { sql }: Tx,
  attempt: EndedAttempt,
  kind: InquiryKind,
  manifest: Pick<PluginManifest, "query" | "receipts">,
): Promise<void> {
  const { firstSeconds, windowSeconds } = scheduleOf(kind, manifest);
  await sql`
    insert into inquiries (tenant_id, attempt_id, kind, message_id, channel_id, first_id, last_id, ask_at, ends_at)
    values (${toUuid("tenant", attempt.tenantId)}, ${attempt.attemptId}, ${kind},
      ${toUuid("message", attempt.messageId)}, ${toUuid("channel", attempt.channelId)}, ${attempt.firstId},
      ${attempt.lastId}, now() + make_interval(secs => ${firstSeconds}), now() + make_interval(secs => ${windowSeconds}))
    on conflict do nothing`;
}

/**
 * The same for the attempts of a lost worker, which were abandoned in this transaction. Should it live on, it begins no
 * request any more after a while; one that it had begun ends with the plugin's time limit. Only then does "not found"
 * mean that nothing was sent.
 */
export async function openAbandoned(
  { sql }: Tx,
  chunk: { tenantId: string; chunkId: string; messageId: string },
  manifest: Pick<PluginManifest, "query" | "receipts" | "limits">,
): Promise<void> {
  const tenant = toUuid("tenant", chunk.tenantId);
  const { firstSeconds, windowSeconds } = scheduleOf("outcome", manifest);
  const liveSeconds = START_WITHIN_SECONDS + manifest.limits.timeoutMs / 1000;
  await sql`
    insert into inquiries (tenant_id, attempt_id, kind, message_id, channel_id, first_id, last_id, ask_at, ends_at)
    select ${tenant}, a.id, 'outcome', ${toUuid("message", chunk.messageId)}, a.channel_id, a.first_id, a.last_id,
      greatest(now(), a.started_at + make_interval(secs => ${liveSeconds})) + make_interval(secs => ${firstSeconds}),
      a.started_at + make_interval(secs => ${windowSeconds})
    from attempts a
    where a.tenant_id = ${tenant} and a.chunk_id = ${chunk.chunkId} and a.outcome ? 'abandoned'
      and a.ended_at = now()::timestamptz(3)
      and exists(select from deliveries d where d.tenant_id = ${tenant} and d.id between a.first_id and a.last_id
        and d.state = 'unknown' and d.changed_at = a.ended_at)`;
}
