import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Action, Subject } from "../authorization/index.ts";
import type { AppEnv } from "./app-env.ts";
import { checkInput } from "./checked-input.ts";
import { RememberingRouter } from "./remembering-router.ts";

// Callers read what to do rather than the types that a validator compares.
z.config({
  customError: ({ code, input }) =>
    code === "invalid_type" && input === undefined ? "This field is required." : undefined,
});

export { createRoute, z };

export type Router = OpenAPIHono<AppEnv>;

/** A router whose declared inputs are checked before the handler runs; a miss answers 422 with the fields. */
export function createRouter(): Router {
  const router = new OpenAPIHono<AppEnv>({ router: new RememberingRouter() });
  const openapi = (route: DeclaredRoute, handler: (c: Context<AppEnv>) => Response | Promise<Response>) => {
    router.openAPIRegistry.registerPath(route);
    const check = checkInput(route.request ?? {});
    router.on(route.method, route.getRoutingPath(), (c) => {
      check(c);
      return handler(c);
    });
    return router;
  };
  return Object.assign(router, { openapi: openapi as unknown as Router["openapi"] });
}

type DeclaredRoute = ReturnType<typeof createRoute>;

type SecurityRequirement = Record<string, string[]>;

/** The permission of a route: it stands in the OpenAPI document and the authorisation matrix is made from it. */
export const access = (action: Action, subject: Subject) => ({
  security: [{ session: [] }, { apiKey: [] }] as SecurityRequirement[],
  "x-permission": { action, subject },
});

/** A route that anyone may call. */
export const publicAccess = { security: [] as SecurityRequirement[], "x-permission": null };

/** A route for whoever has a credential of the tenant: every member and every source. */
export const tenantAccess = {
  security: [{ session: [] }, { apiKey: [] }] as SecurityRequirement[],
  "x-permission": "tenant",
};

/** A route for every signed-in member, whatever the role. */
export const memberAccess = {
  security: [{ session: [] }] as SecurityRequirement[],
  "x-permission": "member",
};

/** A route for sources only, with an API key. */
export const sourceAccess = {
  security: [{ apiKey: [] }] as SecurityRequirement[],
  "x-permission": "source",
};

/** A route for an end user of the tenant, with a token that opens one inbox. */
export const inboxAccess = {
  security: [{ inboxToken: [] }] as SecurityRequirement[],
  "x-permission": "inbox user",
};

/** A route for whoever runs the installation. */
export const operatorAccess = {
  security: [{ session: [] }] as SecurityRequirement[],
  "x-permission": "operator",
};

/** A route for a publisher's logins, and for the tokens that its command line shows. */
export const publisherAccess = {
  security: [{ session: [] }, { publisherToken: [] }] as SecurityRequirement[],
  "x-permission": "publisher",
};

/** A JSON response. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** A required JSON body; without `required` a missing body would reach the handler as `{}`. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});

const params = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .openapi({ description: "What the sentence names, for words in other languages." });

const FieldProblem = z.object({
  pointer: z.string(),
  detail: z.string(),
  code: z.string(),
  params: params.optional(),
  at: z
    .array(z.object({ code: z.string(), params }))
    .optional()
    .openapi({ description: "Where inside of what was sent, from the outside in." }),
});

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(FieldProblem).optional(),
  })
  .openapi("Problem");

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});

const COMMON_PROBLEMS = {
  401: problem("Not authenticated"),
  403: problem("Not allowed"),
  422: problem("Invalid input"),
  503: problem("A dependency is down; try again after `Retry-After` seconds"),
};

const NAMED_PROBLEMS = {
  400: problem("Malformed JSON"),
  404: problem("Absent, or another tenant's"),
  409: problem("Conflict with the state, a unique name or a quota"),
  413: problem("Body too large"),
  415: problem("The body is not JSON"),
  429: problem("Too many requests; try again after `Retry-After` seconds"),
} as const;

type NamedStatus = keyof typeof NAMED_PROBLEMS;

/** The problem responses of a route: the common ones and those named. Types stay out of the handlers' way. */
export function problems(...statuses: NamedStatus[]): Record<never, never> {
  const named = Object.fromEntries(statuses.map((status) => [status, NAMED_PROBLEMS[status]]));
  return { ...COMMON_PROBLEMS, ...named };
}
