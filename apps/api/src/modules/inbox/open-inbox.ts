import type { Transact } from "../../platform/database/index.ts";
import { unauthenticated } from "../../platform/errors.ts";
import { createRecentAnswers } from "../../platform/recent-answers.ts";
import type { Inbox } from "./entry.repository.ts";
import { originNotAllowed } from "./inbox.errors.ts";
import { findOpenedChannel } from "./inbox-access.repository.ts";
import type { InboxTokens } from "./inbox-token.rules.ts";
import type { UserThrottle } from "./user-throttle.ts";

export interface OpenInboxDeps {
  transact: Transact;
  tokens: Pick<InboxTokens, "read">;
  throttle: UserThrottle;
  publicUrl: string;
  now(): Date;
}

/** What a user comes with. */
export interface Visitor {
  /** The `Authorization` header. */
  authorization: string | undefined;
  /** The `Origin` header; only browsers send one. */
  origin: string | undefined;
}

/** An inbox that its user may look into. */
export interface OpenedInbox extends Inbox {
  expiresAt: Date;
}

/** How long a token still opens an inbox after what it was given for has ceased to hold. */
const REMEMBERED_MS = 1_000;
const MAX_REMEMBERED = 10_000;

/**
 * Lets a user into their own inbox, and nobody else's: what is looked at comes from the token alone. Throws 401 for a
 * token that is not ours, over, or without ground by now, 403 for a browser on a site that the channel does not list,
 * 429 for a user in a hurry.
 */
export function createOpenInbox(deps: OpenInboxDeps) {
  const recent = createRecentAnswers<ReadonlySet<string> | undefined>({
    ttlMs: REMEMBERED_MS,
    maxEntries: MAX_REMEMBERED,
    monotonicMs: () => performance.now(),
  });
  const ownOrigin = new URL(deps.publicUrl).origin;

  return async function openInbox({ authorization, origin }: Visitor): Promise<OpenedInbox> {
    const text = bearerToken(authorization);
    const token = deps.tokens.read(text, deps.now());
    if (!token)
      throw unauthenticated("The inbox token is unknown or has expired; ask your own server for another.");
    const origins = await recent.get(text, () =>
      deps.transact(token, async (tx) => originsIn(await findOpenedChannel(tx, token))),
    );
    if (!origins) {
      throw unauthenticated(
        "The inbox token does not hold any more: the user, the channel or its grant is gone.",
      );
    }
    if (origin !== undefined && origin !== ownOrigin && !origins.has(origin)) {
      throw originNotAllowed(
        `The channel does not list ${origin.slice(0, 300)} among the sites that embed the inbox; add it to its settings.`,
      );
    }
    const { tenantId, channelId, userId, expiresAt } = token;
    deps.throttle.pass(`${tenantId} ${userId}`);
    return { tenantId, channelId, userId, expiresAt };
  };
}

export type OpenInbox = ReturnType<typeof createOpenInbox>;

function bearerToken(authorization: string | undefined): string {
  const [scheme, token, ...rest] = authorization?.split(" ") ?? [];
  if (scheme?.toLowerCase() === "bearer" && token && rest.length === 0) return token;
  throw unauthenticated("Send the inbox token as `Authorization: Bearer tdi_…`.");
}

/** The sites of the channel's setting `origins`, which the contract of the ability `inbox` names. */
function originsIn(settings: Record<string, unknown> | undefined): ReadonlySet<string> | undefined {
  if (!settings) return undefined;
  const { origins } = settings;
  const listed = typeof origins === "string" ? origins.split(/[\s,]+/) : [];
  return new Set(listed.filter((text) => URL.canParse(text)).map((text) => new URL(text).origin));
}
