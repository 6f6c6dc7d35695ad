import type { createRoute } from "@hono/zod-openapi";
import type { Context, ValidationTargets } from "hono";
import type { z } from "zod";
import { type FieldProblem, invalidField, invalidInput, malformedJson } from "../errors.ts";
import type { AppEnv } from "./app-env.ts";

type Declared = NonNullable<Parameters<typeof createRoute>[0]["request"]>;

/** Reads one declared part of a request; throws 422 with the fields where it does not fit. */
type Check = (c: Context<AppEnv>) => void;

/**
 * What a route declares of its input, as one check. It runs synchronously, which zod can compile; the middleware that
 * comes with the router validates asynchronously, part by part, at three times the cost.
 */
export function checkInput({ params, query, headers, body }: Declared): Check {
  // A reference has no schema; the routes declare theirs in place.
  const json = (body?.content["application/json"] as { schema: unknown } | undefined)?.schema;
  const checks = [
    ...(params ? [checkPart("param", params as z.ZodType, (c) => c.req.param())] : []),
    ...(query ? [checkPart("query", query as z.ZodType, readQuery)] : []),
    ...(headers ? [checkPart("header", headers as z.ZodObject, readHeaders(headers as z.ZodObject))] : []),
    ...(json ? [checkPart("json", json as z.ZodType, readBody)] : []),
  ];
  return (c) => {
    for (const check of checks) check(c);
  };
}

function checkPart(
  target: keyof ValidationTargets,
  schema: z.ZodType,
  read: (c: Context<AppEnv>) => unknown,
): Check {
  return (c) => {
    const result = schema.safeParse(read(c));
    if (!result.success) throw invalidRequest(result.error.issues, target);
    c.req.addValidatedData(target, result.data as object);
  };
}

function readQuery(c: Context<AppEnv>): unknown {
  const query = Object.entries(c.req.queries()).map(([name, values]) => {
    // PostgreSQL holds no NUL; bodies are checked by their own guard, paths by the patterns of ids.
    if (values.some((value) => value.includes("\0"))) {
      throw invalidField(`?${name}`, "The text contains a NUL character.", "forbidden_character");
    }
    return [name, values.length === 1 ? values[0] : values];
  });
  return Object.fromEntries(query);
}

function readHeaders(schema: z.ZodObject): (c: Context<AppEnv>) => unknown {
  const names = Object.keys(schema.shape);
  return (c) => Object.fromEntries(names.map((name) => [name, c.req.header(name)]));
}

/** The body as the guard has parsed it. */
function readBody(c: Context<AppEnv>): unknown {
  const body = c.get("body");
  if (body === undefined) throw malformedJson("Send a body as application/json; there is none.");
  return body;
}

interface Issue extends Pick<z.core.$ZodIssue, "path" | "message" | "code"> {
  keys?: string[];
  /** Of a union: what each of its members finds wrong. */
  errors?: Issue[][];
}

/** The problem for input that does not fit its schema. `target` is where it stood: json, query, param, header. */
export function invalidRequest(issues: readonly Issue[], target: string) {
  const errors = withoutConsequences(issues.slice(0, 50).flatMap(ofNearestMember)).flatMap((issue) =>
    toFieldProblems(issue, target),
  );
  const first = errors[0];
  return invalidInput(first ? `${first.pointer || "The body"}: ${first.detail}` : "The input is not valid.", {
    errors,
  });
}

/** Of one member's issues as many as it takes to compare it; there may be one for every item of a long list. */
const COMPARED = 5;

/**
 * What is wrong by the member of a union that comes nearest to the input: one of its type, with the least to mend. Members
 * that come as near and want something else at the same place each say so.
 */
function ofNearestMember(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || !issue.errors?.length) return [issue];
  const found = issue.errors.map((issues) =>
    withoutConsequences(issues.slice(0, COMPARED).flatMap(ofNearestMember)).slice(0, COMPARED),
  );
  const ofItsType = found.filter(
    (issues) => !issues.some((one) => isOfWrongType(one) && one.path.length === 0),
  );
  const possible = ofItsType.length > 0 ? ofItsType : found;
  const fewest = Math.min(...possible.map((issues) => issues.length));
  const nearest = possible.filter((issues) => issues.length === fewest);
  const wanted = nearest.flat();
  const isOnePlace = fewest === 1 && new Set(wanted.map(placeOf)).size === 1;
  const message = isOnePlace ? [...new Set(wanted.map((one) => one.message))].join(", or ") : undefined;
  return (nearest[0] ?? []).map((one) => ({
    ...one,
    message: message ?? one.message,
    path: [...issue.path, ...one.path],
  }));
}

const isOfWrongType = ({ code }: Issue) => code === "invalid_type";
const placeOf = ({ path }: Issue) => path.join("/");

/** A text where a list belongs is also too long for a list: it is enough to say that it is none. */
function withoutConsequences(issues: readonly Issue[]): Issue[] {
  const ofWrongType = new Set(issues.filter(isOfWrongType).map(placeOf));
  return issues.filter((issue) => isOfWrongType(issue) || !ofWrongType.has(placeOf(issue)));
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
