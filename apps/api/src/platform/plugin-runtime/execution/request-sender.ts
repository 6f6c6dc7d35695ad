import { randomBytes } from "node:crypto";
import type { PlannedRequest, PlannedResponse, PluginManifest } from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import { NoTokenError } from "../auth/access-token/no-token-error.ts";
import { addTo } from "../auth/additions.ts";
import type { Credentials } from "../auth/credentials.ts";
import { type ChannelHandle, channelKey } from "../channel.ts";
import type { PluginMetrics, RequestOutcome } from "../metrics.ts";
import type { Answer } from "../outbound/answer.ts";
import { BlockedError } from "../outbound/blocked-error.ts";
import { allowedHosts, readDestination } from "../outbound/destination.ts";
import type { HttpClient } from "../outbound/http-client.ts";
import type { HttpRequest } from "../outbound/http-request.ts";
import { connectionFor } from "../outbound/http2/connection.ts";
import type { OutboundPolicy } from "../outbound/policy.ts";
import { readHeaders } from "./planned-headers.ts";
import type { Slots } from "./slots.ts";

/** A channel on whose behalf requests are sent. */
export interface Sender {
  channel: ChannelHandle;
  manifest: PluginManifest;
  credentials: Credentials;
}

export interface RequestSenderDeps {
  client: HttpClient;
  policy: OutboundPolicy;
  slots: Slots;
  clock: Clock;
  metrics: PluginMetrics;
}

export interface RequestSender {
  /** Sends one request of a plugin, once; what comes back carries no secret. Never rejects. */
  send(request: PlannedRequest): Promise<PlannedResponse>;
  /** How many of the channel's requests are under way at once; further ones wait for their turn. */
  atOnce: number;
}

export function createRequestSender(deps: RequestSenderDeps) {
  return ({ channel, manifest, credentials }: Sender, startBy = Number.POSITIVE_INFINITY): RequestSender => {
    const { id: pluginId, limits } = manifest;
    const hosts = allowedHosts(manifest.hosts, channel.settings);
    const key = channelKey(channel);
    let last: { text: string; url: URL } | undefined;

    /** Parsing and checking a URL costs more than anything else here, and most batches go to a single one. */
    function destinationOf(text: string): URL {
      if (last?.text !== text) last = { text, url: readDestination(text, hosts, deps.policy) };
      return last.url;
    }

    const connection = connectionFor(credentials.owner, manifest);

    async function prepare(request: PlannedRequest, refusedVersion?: number): Promise<Prepared> {
      const { method, body, auth, idempotencyKey } = request;
      const url = destinationOf(request.url);
      const headers = readHeaders(request.headers);
      const http = { method, url, headers, body, timeoutMs: limits.timeoutMs, ...connection };
      if (auth === undefined) return { http };
      const nonce = randomBytes(16).toString("hex");
      const now = deps.clock.now();
      const signable = { method, url, headers, body: body ?? "", idempotencyKey, nonce, now };
      const authentication = await credentials.authenticate(auth, signable, refusedVersion);
      return { http: addTo(http, authentication), tokenVersion: authentication.tokenVersion };
    }

    async function exchange(request: PlannedRequest): Promise<Answer> {
      const startedAt = performance.now();
      const answer = await attempt(request);
      const durationMs = performance.now() - startedAt;
      deps.metrics.requestFinished({ pluginId, outcome: outcomeOf(answer), durationMs });
      return answer;
    }

    async function attempt(request: PlannedRequest): Promise<Answer> {
      const { answer, tokenVersion } = await sendOnce(request);
      const { auth = "" } = request;
      if (tokenVersion === undefined || !credentials.isTokenRefused(auth, answer)) return answer;
      // The vendor has refused the call, so nothing came of it: it may go out again, with another token.
      return (await sendOnce(request, tokenVersion)).answer;
    }

    async function sendOnce(
      request: PlannedRequest,
      refusedVersion?: number,
    ): Promise<{ answer: Answer; tokenVersion?: number | undefined }> {
      let prepared: Prepared;
      try {
        prepared = await prepare(request, refusedVersion);
      } catch (error) {
        return { answer: readObstacle(error) };
      }
      if (performance.now() > startBy) {
        return { answer: { error: "not_sent", detail: "Its turn came too late." } };
      }
      const answer = scrub(await deps.client.send(prepared.http), credentials);
      return { answer, tokenVersion: prepared.tokenVersion };
    }

    async function send(request: PlannedRequest): Promise<PlannedResponse> {
      const answer = await deps.slots.run(key, limits.concurrency, () => exchange(request));
      const { id, refs, context } = request;
      return { id, refs, ...(context !== undefined && { context }), ...answer };
    }

    return { send, atOnce: limits.concurrency };
  };
}

/** A request as it goes out. */
interface Prepared {
  http: HttpRequest;
  /** The access token that it carries. */
  tokenVersion?: number | undefined;
}

/** Why a request is not sent. */
function readObstacle(error: unknown): Answer {
  if (error instanceof NoTokenError) return error.outcome;
  return {
    error: "blocked",
    detail: error instanceof BlockedError ? error.message : "The request is malformed.",
  };
}

// A vendor may echo what authenticated the request.
function scrub(answer: Answer, { redact }: Credentials): Answer {
  if ("error" in answer) return answer;
  const headers: Record<string, string> = {};
  for (const name in answer.headers) headers[name] = redact(answer.headers[name] ?? "");
  return { status: answer.status, headers, body: redact(answer.body) };
}

const outcomeOf = (answer: Answer): RequestOutcome => ("error" in answer ? answer.error : "answered");
