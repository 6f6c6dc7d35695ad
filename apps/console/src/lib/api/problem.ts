/** What is wrong with one field; `pointer` is a JSON Pointer into the body that was sent. */
export interface FieldProblem {
  pointer: string;
  detail: string;
  code: string;
}

/** The body of an answer that is not a success (RFC 9457). Some types carry further members. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  instance?: string;
  requestId?: string;
  errors?: FieldProblem[];
  [member: string]: unknown;
}

/** The API answered, and the answer is no. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** No answer came: offline, the server is down, or the connection broke on the way. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super("The server could not be reached.", { cause });
    this.name = "NetworkError";
  }
}

/** The problem that a failed response carries; proxies in between answer without one. */
export async function readProblem(response: Response): Promise<Problem> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const fallback: Problem = {
    type: "about:blank",
    title: response.statusText,
    status: response.status,
    code: `http-${response.status}`,
    requestId,
  };
  if (!response.headers.get("content-type")?.includes("json")) return fallback;
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === "object" && body !== null ? { ...fallback, ...body } : fallback;
}
