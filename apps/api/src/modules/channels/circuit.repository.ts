import { schema } from "@tidings/db";
import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import type { CircuitCause } from "./circuit.rules.ts";

const { channelCircuits, channels } = schema;

export type CircuitRow = typeof channelCircuits.$inferSelect;

interface ChannelKey {
  tenantId: string;
  id: string;
}

const thisCircuit = ({ tenantId, id }: ChannelKey) =>
  and(eq(channelCircuits.tenantId, tenantId), eq(channelCircuits.channelId, id));

const inSeconds = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`;

export async function listCircuits(tx: Tx, tenantId: string, channelIds: string[]): Promise<CircuitRow[]> {
  return tx.db
    .select()
    .from(channelCircuits)
    .where(and(eq(channelCircuits.tenantId, tenantId), inArray(channelCircuits.channelId, channelIds)));
}

/** The channel's name and its circuit, locked, if the channel still is what was sent through. */
export async function lockCircuit(
  tx: Tx,
  channel: ChannelKey & { revision: number },
): Promise<{ name: string; circuit: CircuitRow | undefined } | undefined> {
  const [found] = await tx.db
    .select({ name: channels.name })
    .from(channels)
    .where(
      and(
        eq(channels.tenantId, channel.tenantId),
        eq(channels.id, channel.id),
        eq(channels.revision, channel.revision),
      ),
    )
    .for("key share");
  if (!found) return undefined;
  await tx.db
    .insert(channelCircuits)
    .values({ tenantId: channel.tenantId, channelId: channel.id, state: "closed" })
    .onConflictDoNothing();
  const [circuit] = await tx.db.select().from(channelCircuits).where(thisCircuit(channel)).for("update");
  return { name: found.name, circuit };
}

export async function openCircuit(
  tx: Tx,
  channel: ChannelKey,
  opening: { cause: CircuitCause; reason: string; detail: string; failedProbeCount: number; isNew: boolean },
  pauseSeconds: number,
): Promise<void> {
  const { isNew, ...columns } = opening;
  await tx.db
    .update(channelCircuits)
    .set({
      ...columns,
      state: "open",
      nextProbeAt: inSeconds(pauseSeconds),
      probeChunkId: null,
      ...(isNew ? { since: sql`now()` } : {}),
    })
    .where(thisCircuit(channel));
}

export async function closeCircuit(tx: Tx, channel: ChannelKey): Promise<void> {
  await tx.db
    .update(channelCircuits)
    .set({
      state: "closed",
      since: sql`now()`,
      cause: null,
      reason: null,
      detail: null,
      nextProbeAt: null,
      probeChunkId: null,
      failedProbeCount: 0,
    })
    .where(thisCircuit(channel));
}

/** Brings the probe of a channel that is not sent through forward to now; false when it is sent through. */
export async function probeSoon(tx: Tx, channel: ChannelKey): Promise<boolean> {
  const rows = await tx.db
    .update(channelCircuits)
    .set({ state: "open", nextProbeAt: sql`now()`, probeChunkId: null, failedProbeCount: 0 })
    .where(and(thisCircuit(channel), ne(channelCircuits.state, "closed")))
    .returning({ channelId: channelCircuits.channelId });
  return rows.length > 0;
}

/** Switched off or on by a person: what was known about it is over. True when it was not sent through. */
export async function forgetCircuit(tx: Tx, channel: ChannelKey): Promise<boolean> {
  const rows = await tx.db
    .delete(channelCircuits)
    .where(thisCircuit(channel))
    .returning({ state: channelCircuits.state });
  return rows.some(({ state }) => state !== "closed");
}
