import { randomBytes } from "node:crypto";
import type { AccessTokenScheme, JwtScheme, PluginManifest } from "@tidings/sdk/plugin";
import type { Clock } from "../../../clock.ts";
import type { Logger } from "../../../logger.ts";
import type { ChannelHandle } from "../../channel.ts";
import { BlockedError } from "../../outbound/blocked-error.ts";
import { allowedHosts, readDestination } from "../../outbound/destination.ts";
import type { HttpClient } from "../../outbound/http-client.ts";
import { connectionFor } from "../../outbound/http2/connection.ts";
import type { OutboundPolicy } from "../../outbound/policy.ts";
import { additionsOf, addTo } from "../additions.ts";
import type { Authenticator, SchemeValues } from "../authenticator.ts";
import { signToken } from "../declared/sign-token.ts";
import type { TokenScheme } from "../index.ts";
import type { Redact } from "../redaction.ts";
import { NoTokenError } from "./no-token-error.ts";
import { readTokenAnswer } from "./token-answer.ts";
import { fillRequest } from "./token-request.ts";
import { createTokenSource, type TokenSource } from "./token-source.ts";
import type { NewToken, TokenStore } from "./token-store.ts";

/** A scheme of a channel, with what its token request is made of. */
export interface TokenOrder<Scheme extends TokenScheme = TokenScheme> {
  channel: ChannelHandle;
  /** Of the connection that the token request goes over. */
  owner: string;
  manifest: PluginManifest;
  name: string;
  scheme: Scheme;
  values: SchemeValues;
  /** Authenticates the token request, where the scheme says so. */
  authenticator: Authenticator | undefined;
  redact: Redact;
}

export type OpenTokenSource = (order: TokenOrder) => TokenSource;

export interface TokenSources {
  /** Sources of the tokens that all processes use. */
  shared: OpenTokenSource;
  /** Sources that fetch a token by themselves and show it to nobody. */
  own: OpenTokenSource;
}

export interface TokenSourcesDeps {
  client: HttpClient;
  policy: OutboundPolicy;
  clock: Clock;
  logger: Logger;
  store: TokenStore | undefined;
}

/** Token requests pass the same guard as the requests they are for: the manifest's hosts, no private network. */
export function createTokenSources({ client, policy, clock, logger, store }: TokenSourcesDeps): TokenSources {
  const now = () => clock.now().getTime();

  async function fetchToken(order: TokenOrder<AccessTokenScheme>): Promise<NewToken> {
    const { scheme, manifest, channel, owner, values, authenticator, redact } = order;
    const { method, assertion: token } = scheme.request;
    const assertion = token && signToken(token, values, clock.now());
    const { url: text, headers, body } = fillRequest(scheme.request, values, assertion);
    const url = readDestination(text, allowedHosts(manifest.hosts, channel.settings), policy);
    const nonce = randomBytes(16).toString("hex");
    const signable = { method, url, headers, body: body ?? "", nonce, now: clock.now() };
    const http = {
      method,
      url,
      headers: { accept: "application/json", ...headers },
      body,
      timeoutMs: manifest.limits.timeoutMs,
      ...connectionFor(owner, manifest),
    };
    const answer = await client.send(
      authenticator ? addTo(http, additionsOf(authenticator, signable)) : http,
    );
    const conceal = (said: string) => redact(assertion ? said.replaceAll(assertion, "[redacted]") : said);
    return readTokenAnswer(answer, scheme.answer, conceal, now());
  }

  async function obtain(order: TokenOrder): Promise<NewToken> {
    const { scheme, values } = order;
    return scheme.type === "jwt"
      ? signForReuse(scheme, values, clock.now())
      : fetchToken({ ...order, scheme });
  }

  function open(order: TokenOrder, sharedIn: TokenStore | undefined): TokenSource {
    const { tenantId, channelId, revision, pluginId } = order.channel;
    const source = createTokenSource({
      place: { tenantId, channelId, revision, scheme: order.name },
      fetch: () => obtain(order),
      timeoutMs: order.manifest.limits.timeoutMs,
      store: sharedIn,
      now,
    });
    return {
      async get(refusedVersion) {
        try {
          return await source.get(refusedVersion);
        } catch (error) {
          if (error instanceof NoTokenError || error instanceof BlockedError) throw error;
          logger.error({ err: error, tenantId, channelId, pluginId }, "access token cannot be shared");
          throw new NoTokenError({ error: "not_sent", detail: "The access token is out of reach." });
        }
      },
    };
  }

  return { shared: (order) => open(order, store), own: (order) => open(order, undefined) };
}

/** What another process is still given while one signs the next. */
const OVERLAP_MS = 60_000;

/** A token of the channel's own, kept and shared like one that a vendor gives. */
function signForReuse({ token, reuseSeconds }: JwtScheme, values: SchemeValues, now: Date): NewToken {
  const issuedAt = Math.floor(now.getTime() / 1000) * 1000;
  const renewAt = issuedAt + reuseSeconds * 1000;
  const { lifetimeSeconds } = token;
  const expiresAt = lifetimeSeconds === undefined ? renewAt + OVERLAP_MS : issuedAt + lifetimeSeconds * 1000;
  return { value: signToken(token, values, now), renewAt, expiresAt };
}
