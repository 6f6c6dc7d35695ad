/** Logins of a publisher, those that are invited included. */
export const MAX_PUBLISHER_LOGINS = 20;
/** How long an invitation may be accepted, days. */
export const INVITATION_DAYS = 14;

const DAY_MS = 86_400_000;

export const invitationEnd = (now: Date): Date => new Date(now.getTime() + INVITATION_DAYS * DAY_MS);
