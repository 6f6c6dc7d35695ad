import type { PlannedRequest, PlannedResponse, PluginManifest } from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import type { Credentials } from "../auth/credentials.ts";
import { type ChannelHandle, channelKey } from "../channel.ts";
import type { PluginMetrics, RequestOutcome } from "../metrics.ts";
import type { Answer } from "../outbound/answer.ts";
import { BlockedError } from "../outbound/blocked-error.ts";
import { allowedHosts, readDestination } from "../outbound/destination.ts";
import type { HttpClient, HttpRequest } from "../outbound/http-client.ts";
import type { OutboundPolicy } from "../outbound/policy.ts";
import type { Slots } from "./slots.ts";

/** The client, the connection and the schemes decide these; a plugin that sets them could fool one of them. */
const RESERVED_HEADERS = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const USER_AGENT = "Tidings/1";

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

/** Sends one request of a plugin, once; what comes back carries no secret. Never rejects. */
export type SendRequest = (request: PlannedRequest) => Promise<PlannedResponse>;

export function createRequestSender(deps: RequestSenderDeps) {
  return ({ channel, manifest, credentials }: Sender, startBy = Number.POSITIVE_INFINITY): SendRequest => {
    const { id: pluginId, limits } = manifest;
    const hosts = allowedHosts(manifest.hosts, channel.settings);
    const key = channelKey(channel);
    let last: { text: string; url: URL } | undefined;

    /** Parsing and checking a URL costs more than anything else here, and most batches go to a single one. */
    function destinationOf(text: string): URL {
      if (last?.text !== text) last = { text, url: readDestination(text, hosts, deps.policy) };
      return last.url;
    }

    function prepare(request: PlannedRequest): HttpRequest {
      const { method, body, auth, idempotencyKey } = request;
      const url = destinationOf(request.url);
      const headers = readHeaders(request.headers);
      if (auth !== undefined) {
        const now = deps.clock.now();
        const signable = { method, url, headers, body: body ?? "", idempotencyKey, now };
        Object.assign(headers, credentials.authenticate(auth, signable));
      }
      return { method, url, headers, body, timeoutMs: limits.timeoutMs };
    }

    async function exchange(request: PlannedRequest): Promise<Answer> {
      const startedAt = performance.now();
      const answer = await attempt(request);
      const durationMs = performance.now() - startedAt;
      deps.metrics.requestFinished({ pluginId, outcome: outcomeOf(answer), durationMs });
      return answer;
    }

    async function attempt(request: PlannedRequest): Promise<Answer> {
      let prepared: HttpRequest;
      try {
        prepared = prepare(request);
      } catch (error) {
        const detail = error instanceof BlockedError ? error.message : "The request is malformed.";
        return { error: "blocked", detail };
      }
      if (performance.now() > startBy) return { error: "not_sent", detail: "Its turn came too late." };
      return scrub(await deps.client.send(prepared), credentials);
    }

    return async (request) => {
      const answer = await deps.slots.run(key, limits.concurrency, () => exchange(request));
      const { id, refs, context } = request;
      return { id, refs, ...(context !== undefined && { context }), ...answer };
    };
  };
}

function readHeaders(headers: Record<string, string> = {}): Record<string, string> {
  const lowered: Record<string, string> = { "user-agent": USER_AGENT };
  for (const name in headers) {
    const key = name.toLowerCase();
    if (RESERVED_HEADERS.has(key)) throw new BlockedError(`The plugin sets the reserved header ${key}.`);
    lowered[key] = headers[name] ?? "";
  }
  return lowered;
}

// A vendor may echo what authenticated the request.
function scrub(answer: Answer, { redact }: Credentials): Answer {
  if ("error" in answer) return answer;
  const headers: Record<string, string> = {};
  for (const name in answer.headers) headers[name] = redact(answer.headers[name] ?? "");
  return { status: answer.status, headers, body: redact(answer.body) };
}

const outcomeOf = (answer: Answer): RequestOutcome => ("error" in answer ? answer.error : "answered");
