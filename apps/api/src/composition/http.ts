import { createApp } from "../app.ts";
import { consoleFiles } from "../platform/http/console-files.ts";
import { operationsRoutes } from "../platform/http/operations.ts";
import { widgetFile } from "../platform/http/widget-file.ts";
import { composeAccess } from "./access.ts";
import type { Nudge } from "./engine.ts";
import type { Foundation } from "./foundation.ts";
import { composeHealth } from "./health.ts";
import { composeMarketplace } from "./marketplace.ts";
import { composeMessaging } from "./messaging.ts";
import { composePeopleAndContent } from "./people-and-content.ts";

export const VERSION = "0.1.0";

export interface HttpOptions {
  /** Something was accepted or approved: an engine in this process need not wait for its next round. */
  nudge: Nudge;
  /** What is not as it should be, though everything goes on. */
  degraded?(): string[];
  /** False from the moment the process has begun to shut down. */
  isAccepting?(): boolean;
}

/** The HTTP application and the use cases behind it. Connects to nothing before the first request. */
export function composeHttp(foundation: Foundation, options: HttpOptions) {
  const access = composeAccess(foundation);
  const content = composePeopleAndContent(foundation, options.nudge);
  const messaging = composeMessaging(foundation, options.nudge);
  const marketplace = composeMarketplace(foundation);
  const app = createApp({
    routers: [
      ...access.routers,
      ...content.routers,
      ...messaging.routers,
      ...marketplace.routers,
      ...composeHealth(foundation).routers,
    ],
    receipts: messaging.receipts,
    tracking: messaging.tracking,
    unsubscribing: messaging.unsubscribing,
    uploads: messaging.uploads,
    registry: marketplace.registryFiles,
    authentication: access.authentication,
    operations: composeOperations(foundation, options),
    widget: foundation.widgetFile === undefined ? undefined : widgetFile(foundation.widgetFile),
    console: foundation.consoleDir === undefined ? undefined : consoleFiles(foundation.consoleDir),
    trustedProxies: foundation.trustedProxies,
    problemMembers:
      foundation.quotaContact === undefined ? {} : { "quota-exceeded": { contact: foundation.quotaContact } },
    logger: foundation.logger,
    version: VERSION,
  });
  return { app, ...access, ...content, ...messaging, desk: marketplace.desk };
}

/** Health, readiness and metrics: all that a process without HTTP of its own serves. */
export function composeOperations(foundation: Foundation, options: Omit<HttpOptions, "nudge">) {
  return operationsRoutes({
    probes: { database: () => foundation.api.ping() },
    metrics: foundation.metrics.registry,
    degraded: options.degraded ?? (() => []),
    hung: () => foundation.loops.hung(),
    isAccepting: options.isAccepting ?? (() => true),
  });
}

export type Http = ReturnType<typeof composeHttp>;
