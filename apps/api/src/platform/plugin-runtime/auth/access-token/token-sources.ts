import type { AccessTokenScheme, PluginManifest } from "@tidings/sdk/plugin";
import type { Clock } from "../../../clock.ts";
import type { Logger } from "../../../logger.ts";
import type { ChannelHandle } from "../../channel.ts";
import { BlockedError } from "../../outbound/blocked-error.ts";
import { allowedHosts, readDestination } from "../../outbound/destination.ts";
import type { HttpClient } from "../../outbound/http-client.ts";
import type { OutboundPolicy } from "../../outbound/policy.ts";
import type { Authenticator, SchemeValues } from "../authenticator.ts";
import type { Redact } from "../redaction.ts";
import { NoTokenError } from "./no-token-error.ts";
import { readTokenAnswer } from "./token-answer.ts";
import { fillRequest } from "./token-request.ts";
import { createTokenSource, type TokenSource } from "./token-source.ts";
import type { NewToken, TokenStore } from "./token-store.ts";

/** A scheme of a channel, with what its token request is made of. */
export interface TokenOrder {
  channel: ChannelHandle;
  manifest: PluginManifest;
  name: string;
  scheme: AccessTokenScheme;
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

  async function fetchToken(order: TokenOrder): Promise<NewToken> {
    const { scheme, manifest, channel, values, authenticator, redact } = order;
    const { method } = scheme.request;
    const { url: text, headers, body } = fillRequest(scheme.request, values);
    const url = readDestination(text, allowedHosts(manifest.hosts, channel.settings), policy);
    const signable = { method, url, headers, body: body ?? "", now: clock.now() };
    const added = authenticator?.headersFor(signable);
    const answer = await client.send({
      method,
      url,
      headers: { accept: "application/json", ...headers, ...added },
      body,
      timeoutMs: manifest.limits.timeoutMs,
    });
    return readTokenAnswer(answer, scheme.answer, redact, now());
  }

  function open(order: TokenOrder, sharedIn: TokenStore | undefined): TokenSource {
    const { tenantId, channelId, revision, pluginId } = order.channel;
    const source = createTokenSource({
      place: { tenantId, channelId, revision, scheme: order.name },
      fetch: () => fetchToken(order),
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
