/** What is to be sent, and what holds it back. */
export interface Pacing {
  beginsAt: Date;
  /** Of the whole message; null: as fast as it can. */
  perSecond: number | null;
  /** What has not been sent by then never is. */
  expiresAt: Date | null;
  /** What goes out by each channel of the first step. */
  channels: readonly { count: number; perSecond: number | null }[];
}

export interface Timing {
  beginsAt: Date;
  perSecond: number | null;
  /** When the last of the first step would be sent; null where no rate tells. */
  endsAt: Date | null;
  expiresAt: Date | null;
  /** How many of them would still wait when the time to live is over. */
  lateCount: number;
}

/** When a message would be sent if nothing but the rates of the message and its channels held it back. */
export function timingOf({ beginsAt, perSecond, expiresAt, channels }: Pacing): Timing {
  const lanes = [
    { count: channels.reduce((sum, { count }) => sum + count, 0), perSecond },
    ...channels,
  ].flatMap((lane) => (lane.perSecond === null ? [] : [{ count: lane.count, perSecond: lane.perSecond }]));
  const seconds = Math.max(0, ...lanes.map((lane) => lane.count / lane.perSecond));
  const windowSeconds = expiresAt && Math.max(0, (expiresAt.getTime() - beginsAt.getTime()) / 1000);
  const late = lanes.map((lane) =>
    windowSeconds === null ? 0 : lane.count - Math.floor(windowSeconds * lane.perSecond),
  );
  return {
    beginsAt,
    perSecond,
    endsAt: lanes.length > 0 ? new Date(beginsAt.getTime() + seconds * 1000) : null,
    expiresAt,
    lateCount: Math.max(0, ...late),
  };
}
