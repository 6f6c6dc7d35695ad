import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Action, Subject } from "../authorization/index.ts";
import type { RequestContext } from "../context.ts";
import { type FieldProblem, invalidField, invalidInput, malformedJson } from "../errors.ts";

// Callers read what to do rather than the types that a validator compares.
z.config({
  customError: ({ code, input }) =>
    code === "invalid_type" && input === undefined ? "This field is required." : undefined,
});

export { createRoute, z };

export interface AppEnv {
  Variables: { ctx: RequestContext; requestId: string; ipAddress: string };
}

export type Router = OpenAPIHono<AppEnv>;

/** A router whose declared inputs are checked before the handler runs; a miss answers 422 with the fields. */
export function createRouter(): Router {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => {
      // Without body and content type the validator would judge `{}`, as if that had been sent.
      if (result.target === "json" && c.req.header("content-type") === undefined) {
        throw malformedJson("Send a body as application/json; there is none.");
      }
      if (!result.success) throw invalidRequest(result.error.issues, result.target);
      if (result.target === "query") refuseNul(result.data as Record<string, unknown>);
    },
  });
}

/** PostgreSQL holds no NUL; bodies are checked by their own guard, paths by the patterns of ids. */
function refuseNul(query: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== "string" || !value.includes("\0")) continue;
    throw invalidField(`?${name}`, "The text contains a NUL character.", "forbidden_character");
  }
}

type Issue = Pick<z.core.$ZodIssue, "path" | "message" | "code"> & { keys?: string[] };

/** The problem for input that does not fit its schema. `target` is where it stood: json, query, param, header. */
export function invalidRequest(issues: readonly Issue[], target: string) {
  const errors = issues.slice(0, 50).flatMap((issue) => toFieldProblems(issue, target));
  const first = errors[0];
  return invalidInput(first ? `${first.pointer || "The body"}: ${first.detail}` : "The input is not valid.", {
    errors,
  });
}

function toFieldProblems(issue: Issue, target: string): FieldProblem[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys" && issue.keys) {
    return issue.keys.slice(0, 10).map((key) => ({
      pointer: pointerOf([...path, key], target),
      detail: "This field is not known here.",
      code: "unknown_field",
    }));
  }
  return [{ pointer: pointerOf(path, target), detail: issue.message, code: issue.code ?? "invalid" }];
}

function pointerOf(path: string[], target: string): string {
  if (target !== "json") return `?${path.join(".")}`;
  return path.map((part) => `/${part.slice(0, 100).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

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

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() })).optional(),
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
