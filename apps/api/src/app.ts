import type { Hono } from "hono";
import type { AppEnv } from "./platform/http/app-env.ts";
import { type AuthenticateDeps, authenticate } from "./platform/http/authenticate.ts";
import { guardBody } from "./platform/http/body-guard.ts";
import { trustedProxies } from "./platform/http/client-address.ts";
import { documentRoutes } from "./platform/http/documents.ts";
import { handleError, handleNotFound, type ProblemMembers } from "./platform/http/problem-handler.ts";
import { identifyRequest } from "./platform/http/request-identity.ts";
import { createRouter, type Router } from "./platform/http/router.ts";
import { securityHeaders } from "./platform/http/security.ts";
import type { Logger } from "./platform/logger.ts";

export interface AppOptions {
  /** The modules' routes. */
  routers: Router[];
  /** Vendors' pushes: not JSON of ours, so they pass the body guard by. */
  receipts: Router;
  /** Where the links and pixels in messages lead. */
  tracking: Router;
  /** The own registry of plugins, as static files. */
  registry: Router;
  /** Where recipients say that they want no more. */
  unsubscribing: Router;
  /** Routes that take files: they read what they get bit by bit, with limits of their own. */
  uploads: Router;
  authentication: AuthenticateDeps;
  /** Health, readiness and metrics. */
  operations: Hono<AppEnv>;
  /** The script that other sites embed the inbox with. */
  widget?: Hono<AppEnv> | undefined;
  /** The console's files, and its start page for every path of its own. */
  console?: Hono<AppEnv> | undefined;
  /** Addresses and networks of the proxies whose `X-Forwarded-For` is believed. */
  trustedProxies?: readonly string[] | undefined;
  problemMembers?: ProblemMembers | undefined;
  logger: Logger;
  version: string;
}

/** The whole HTTP application, without listening: tests call `app.request()`. */
export function createApp(options: AppOptions): Router {
  const app = createRouter();
  app.onError(handleError(options.logger, options.problemMembers));
  app.use(identifyRequest(trustedProxies(options.trustedProxies ?? [])));
  app.use(securityHeaders(options.authentication.publicOrigin.startsWith("https:")));
  app.route("/", options.operations);
  app.use("/v1/*", authenticate(options.authentication));
  app.route("/", options.receipts);
  app.route("/", options.tracking);
  app.route("/", options.registry);
  app.route("/", options.unsubscribing);
  app.route("/", options.uploads);
  app.use("/v1/*", guardBody);
  for (const router of options.routers) app.route("/", router);
  app.route("/", documentRoutes(app, options.version));
  if (options.widget) app.route("/", options.widget);
  if (options.console) app.route("/", options.console);
  app.notFound(handleNotFound(() => routesOf(app)));
  return app;
}

/** Every declared route: the OpenAPI document is made from the same list. */
function routesOf(app: Router): { method: string; path: string }[] {
  return app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === "route" ? [{ method: definition.route.method, path: definition.route.path }] : [],
  );
}
