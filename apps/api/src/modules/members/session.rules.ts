/** A session ends for good after this long. */
export const SESSION_MAX_MS = 12 * 3_600_000;
/** A session ends when it is not used for this long. */
export const SESSION_IDLE_MS = 30 * 60_000;
/** A use is written down at most this often: every request would be a write. */
const USE_NOTED_EVERY_MS = 60_000;

export interface SessionTimes {
  usedAt: Date;
  expiresAt: Date;
}

export function isLive({ usedAt, expiresAt }: SessionTimes, now: Date): boolean {
  return now < expiresAt && now.getTime() - usedAt.getTime() < SESSION_IDLE_MS;
}

export function isUseDue({ usedAt }: SessionTimes, now: Date): boolean {
  return now.getTime() - usedAt.getTime() >= USE_NOTED_EVERY_MS;
}
