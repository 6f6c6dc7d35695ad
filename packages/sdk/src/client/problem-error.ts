import { TidingsError } from "./tidings-error.ts";

/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** JSON Pointer into the body that was sent (`/audience/userIds/0`), or `?name` for a query parameter. */
  pointer: string;
  /** A sentence for the person who wrote the field. */
  detail: string;
  /** Stable, for programs: `too_big`, `unknown_field` … */
  code: string;
  /** What the sentence names, where it can be said in other languages. */
  params?: Record<string, string | number>;
  /** Where inside of what was sent it is wrong, from the outside in: a file of a package, for example. */
  at?: { code: string; params: Record<string, string | number> }[];
}

/** The body of an answer that is not a success (RFC 9457). Some problem types carry further members. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance?: string;
  requestId?: string;
  errors?: FieldProblem[];
  [member: string]: unknown;
}

/**
 * The server answered, and the answer is no. Problem types are listed at `/docs/problems` of every installation.
 *
 * @example
 * ```ts
 * try {
 *   await tidings.createTag({ body: { name: "class-3a" } });
 * } catch (error) {
 *   if (error instanceof ProblemError && error.code === "tag-exists") return;
 *   throw error;
 * }
 * ```
 */
export class ProblemError extends TidingsError {
  override readonly name = "ProblemError";
  /** URI of the problem type. */
  readonly type: string;
  /** The same text for every problem of the type. */
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** What went wrong this time, written for the caller. */
  readonly detail: string;
  /** Stable name of the problem type, for programs. `http-502` and the like when a proxy answered. */
  readonly code: string;
  /** Name it when asking for help: the server's logs carry it. */
  readonly requestId: string | undefined;
  /** The fields that are wrong, where the problem is about the input; otherwise empty. */
  readonly errors: readonly FieldProblem[];
  /** Path of the request. */
  readonly instance: string | undefined;
  /** The whole document, with the members that only this type has (`limit`, `used` …). */
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail || problem.title);
    this.type = problem.type;
    this.title = problem.title;
    this.status = problem.status;
    this.detail = problem.detail;
    this.code = problem.code;
    this.requestId = problem.requestId;
    this.errors = problem.errors ?? [];
    this.instance = problem.instance;
    this.problem = problem;
  }
}

/**
 * Reads the problem from a failed response; an answer without one, from a proxy in between, gets one by its status.
 * Consumes the body.
 *
 * @example
 * ```ts
 * const response = await fetch("/v1/me");
 * if (!response.ok) throw await readProblem(response);
 * ```
 */
export async function readProblem(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => undefined);
  const isDocument = typeof body === "object" && body !== null && !Array.isArray(body);
  return new ProblemError({
    type: "about:blank",
    title: response.statusText || `HTTP ${response.status}`,
    code: `http-${response.status}`,
    detail: "",
    requestId: response.headers.get("x-request-id") ?? undefined,
    ...(isDocument ? body : {}),
    status: response.status,
  });
}
