/** What is sent at one rate, and since when it may be. */
export interface Lane {
  count: number;
  /** Null: as fast as it can. */
  perSecond: number | null;
  /** Those of them that wait for the end of quiet hours, and until when. */
  deferred: readonly Deferred[];
}

export interface Deferred {
  until: Date;
  count: number;
}

/** What is to be sent, and what holds it back. */
export interface Pacing {
  beginsAt: Date;
  /** Of the whole message; null: as fast as it can. */
  perSecond: number | null;
  /** What has not been sent by then never is. */
  expiresAt: Date | null;
  /** What goes out by each channel of the first step. */
  channels: readonly Lane[];
}

export interface Timing {
  beginsAt: Date;
  perSecond: number | null;
  /** When the last of the first step would be sent; null where neither a rate nor quiet hours tell. */
  endsAt: Date | null;
  expiresAt: Date | null;
  /** How many of them would still wait when the time to live is over. */
  lateCount: number;
}

/** When a message would be sent if only quiet hours and the rates of the message and its channels held it back. */
export function timingOf({ beginsAt, perSecond, expiresAt, channels }: Pacing): Timing {
  const whole = {
    count: channels.reduce((sum, { count }) => sum + count, 0),
    perSecond,
    deferred: channels.flatMap(({ deferred }) => deferred),
  };
  const lanes = [whole, ...channels]
    .filter((lane) => lane.perSecond !== null || lane.deferred.length > 0)
    .map((lane) => run(lane, beginsAt, expiresAt));
  return {
    beginsAt,
    perSecond,
    endsAt: lanes.length > 0 ? new Date(Math.max(...lanes.map(({ endsMs }) => endsMs))) : null,
    expiresAt,
    lateCount: Math.max(0, ...lanes.map(({ lateCount }) => lateCount)),
  };
}

/** What waits is sent behind what went before: a lane is idle only while nothing of it may go. */
function run({ count, perSecond, deferred }: Lane, beginsAt: Date, expiresAt: Date | null) {
  const atOnce = count - deferred.reduce((sum, one) => sum + one.count, 0);
  const waves = [{ until: beginsAt, count: atOnce }, ...deferred]
    .filter((wave) => wave.count > 0)
    .sort((a, b) => a.until.getTime() - b.until.getTime());
  let endsMs = beginsAt.getTime();
  let lateCount = 0;
  for (const wave of waves) {
    const startsMs = Math.max(endsMs, wave.until.getTime());
    endsMs = startsMs + (perSecond === null ? 0 : (wave.count / perSecond) * 1000);
    if (perSecond !== null && expiresAt) {
      const windowSeconds = Math.max(0, (expiresAt.getTime() - startsMs) / 1000);
      lateCount += Math.max(0, wave.count - Math.floor(windowSeconds * perSecond));
    }
  }
  return { endsMs, lateCount };
}
