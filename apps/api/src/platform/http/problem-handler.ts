import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { DatabaseDeadlineError, DatabaseUnavailableError, isBusyError, isOutage } from "../database/index.ts";
import {
  type FieldProblem,
  internalError,
  invalidInput,
  malformedJson,
  methodNotAllowed,
  notFound,
  ProblemError,
  unavailable,
} from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { AppEnv } from "./app-env.ts";

interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  requestId: string;
  errors?: FieldProblem[];
}

/** Members that every problem of a code carries in this installation, by code: whom to ask, for example. */
export type ProblemMembers = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Turns everything thrown into problem+json. Unknown errors are logged and answered without their text. */
export function handleError(logger: Logger, members: ProblemMembers = {}) {
  return (error: Error, c: Context<AppEnv>): Response => {
    const problem = toProblem(error, c.req.method);
    if (problem.type.status >= 500) {
      logger.error({ err: error, requestId: c.get("requestId"), path: c.req.path }, "request failed");
    }
    return problemResponse(c, problem, members[problem.type.code]);
  };
}

export function problemResponse(
  c: Context<AppEnv>,
  problem: ProblemError,
  members?: ProblemMembers[string],
): Response {
  const { type, options } = problem;
  const document: ProblemDocument = {
    type: `/docs/problems#${type.code}`,
    title: type.title,
    status: type.status,
    detail: problem.message,
    instance: c.req.path,
    code: type.code,
    requestId: c.get("requestId"),
    ...(options.errors ? { errors: options.errors } : {}),
    ...options.extensions,
    ...members,
  };
  return new Response(JSON.stringify(document), {
    status: type.status,
    headers: { "content-type": "application/problem+json", ...options.headers },
  });
}

function toProblem(error: Error, method: string): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isDatabaseDown(error) || isBusyError(error)) {
    const isUndecided = method !== "GET" && mayBeSaved(error);
    return unavailable(isUndecided ? UNDECIDED : NOTHING_SAVED, { headers: { "retry-after": "2" } });
  }
  if (error instanceof HTTPException && error.status < 500) return fromHttpException(error);
  return internalError("Something went wrong on our side. The request id helps us find it.");
}

const NOTHING_SAVED = "The database does not answer at the moment. Nothing was saved; please try again.";
/** Whoever sent it anew, believing that nothing was saved, would send it twice. */
const UNDECIDED =
  "The database has not answered in time, so it is not known whether this was saved. See whether it was, or ask again with the same Idempotency-Key.";

const isDatabaseDown = (error: unknown): boolean => isOutage(error) || lostTransaction(error) !== undefined;

/** COMMIT was on its way when the answer failed to come. */
const mayBeSaved = (error: unknown): boolean => lostTransaction(error)?.outcome === "unknown";

function lostTransaction(error: unknown): DatabaseUnavailableError | DatabaseDeadlineError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DatabaseUnavailableError || cause instanceof DatabaseDeadlineError) return cause;
  }
  return undefined;
}

function fromHttpException(error: HTTPException): ProblemError {
  if (error.status === 400) return malformedJson(error.message || "The request cannot be read.");
  if (error.status === 404) return notFound(error.message);
  return invalidInput(error.message);
}

/** Answers a path that no route matches: 405 with `Allow` when another method would, else 404. */
export function handleNotFound(listRoutes: () => readonly { method: string; path: string }[]) {
  let patterns: { method: string; expression: RegExp }[] | undefined;
  return (c: Context<AppEnv>): Response => {
    patterns ??= listRoutes().map(({ method, path }) => ({
      method: method.toUpperCase(),
      expression: new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`),
    }));
    const allowed = patterns.filter(({ expression }) => expression.test(c.req.path)).map((p) => p.method);
    if (allowed.length === 0)
      return problemResponse(c, notFound(`There is nothing at ${c.req.path.slice(0, 200)}.`));
    const problem = methodNotAllowed(`${c.req.method} is not possible here; use ${allowed.join(" or ")}.`, {
      headers: { allow: allowed.join(", ") },
    });
    return problemResponse(c, problem);
  };
}
