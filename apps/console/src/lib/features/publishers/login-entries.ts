import type { PublisherInvitation, PublisherLogin } from "#lib/api/client.ts";

/** Somebody who acts for a publisher, or is asked to. */
export interface LoginEntry {
  /** Of the login, or of the invitation. */
  id: string;
  email: string;
  isInvited: boolean;
  createdAt: string;
  /** Until when an invitation can be accepted. */
  expiresAt?: string;
}

export const toEntries = (logins: PublisherLogin[], invitations: PublisherInvitation[]): LoginEntry[] => [
  ...logins.map(({ accountId, email, createdAt }) => ({ id: accountId, email, isInvited: false, createdAt })),
  ...invitations.map(({ id, email, createdAt, expiresAt }) => ({
    id,
    email,
    isInvited: true,
    createdAt,
    expiresAt,
  })),
];
