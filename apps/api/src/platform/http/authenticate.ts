import type { Context, MiddlewareHandler } from "hono";
import { abilityOf, type Permission } from "../authorization/index.ts";
import type { Clock } from "../clock.ts";
import type { Actor, RequestContext } from "../context.ts";
import { forbidden, unauthenticated } from "../errors.ts";
import type { AppEnv, PublisherTokenHolder } from "./app-env.ts";
import { assertSameOrigin } from "./security.ts";

/** Whom a credential speaks for. */
export interface Identity {
  tenantId: string;
  actor: Actor;
  permissions: Permission[];
}

export interface AuthenticateDeps {
  /** The session's token from the cookie. */
  readSessionToken(c: Context): string | undefined;
  authenticateSession(token: string): Promise<Identity | undefined>;
  /** Throws the problem of a key that is not accepted. */
  authenticateApiKey(key: string): Promise<Identity>;
  /** Throws the problem of a publisher's token that is not accepted. */
  authenticatePublisher(token: string): Promise<PublisherTokenHolder>;
  publicOrigin: string;
  clock: Clock;
}

const isSignIn = (method: string, path: string) => method === "POST" && path === "/v1/session";
const isPublisherToken = (token: string) => token.startsWith("td_pub_");
/** All that a publisher's token opens; it belongs to no tenant, so that there is no context it could have elsewhere. */
const isSubmission = (path: string) => /^\/v1\/publishers\/[^/]+\/submissions(\/|$)/.test(path);
/** Vendors' pushes carry a token of their own in the path. */
const isVendorPush = (path: string) => path.startsWith("/v1/receipts/");

/**
 * Turns the credential into the request's context. A bearer key never meets the cookie: requests that carry one are
 * judged by it alone, and only requests that ride on the cookie have to prove where they come from.
 */
export function authenticate(deps: AuthenticateDeps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (isVendorPush(c.req.path)) return next();
    if (isSignIn(c.req.method, c.req.path)) {
      assertSameOrigin(c.req.raw, deps.publicOrigin);
      return next();
    }
    const authorization = c.req.header("authorization");
    const bearer = authorization === undefined ? undefined : bearerToken(authorization);
    if (bearer !== undefined && isPublisherToken(bearer)) {
      c.set("publisher", await fromPublisherToken(deps, c, bearer));
      return next();
    }
    const identity = await (bearer === undefined ? fromSession(deps, c) : deps.authenticateApiKey(bearer));
    c.set("ctx", contextOf(identity, c, deps.clock));
    return next();
  };
}

function contextOf(identity: Identity, c: Context<AppEnv>, clock: Clock): RequestContext {
  const ipAddress = c.get("ipAddress");
  return {
    tenantId: identity.tenantId,
    actor: identity.actor,
    ability: abilityOf(identity.permissions),
    requestId: c.get("requestId"),
    ...(ipAddress ? { ipAddress } : {}),
    now: () => clock.now(),
  };
}

async function fromPublisherToken(deps: AuthenticateDeps, c: Context<AppEnv>, token: string) {
  const publisher = await deps.authenticatePublisher(token);
  if (!isSubmission(c.req.path)) throw forbidden("A publisher's token opens its submissions only.");
  return publisher;
}

/** Without a cookie there is nothing to ride on: who sends no credential at all hears 401 and how to send one. */
async function fromSession(deps: AuthenticateDeps, c: Context<AppEnv>): Promise<Identity> {
  const token = deps.readSessionToken(c);
  if (token === undefined) {
    throw unauthenticated("Sign in, or send an API key as `Authorization: Bearer td_live_…`.");
  }
  assertSameOrigin(c.req.raw, deps.publicOrigin);
  const identity = await deps.authenticateSession(token);
  if (identity) return identity;
  throw unauthenticated("The session has ended. Please sign in again.");
}

function bearerToken(authorization: string): string {
  const [scheme, token, ...rest] = authorization.split(" ");
  if (scheme?.toLowerCase() === "bearer" && token && rest.length === 0) return token;
  throw unauthenticated("Send the API key as `Authorization: Bearer td_live_…`.");
}
