/** How far the clocks of Beijing are ahead of UTC, all year round. */
export const BEIJING_OFFSET_MS = 8 * 60 * 60 * 1000;

/** Reads a moment such as `2026-01-02 03:04:05` in the time of Beijing, which many vendors write without saying so. */
export function readBeijingTime(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (!match) return undefined;
  const at = Date.parse(`${text.replace(" ", "T")}Z`);
  return Number.isNaN(at) ? undefined : at - BEIJING_OFFSET_MS;
}
