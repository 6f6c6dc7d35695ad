import { m } from "#messages";
import { ProblemError } from "../api/problem.ts";

/** A refused login is a wrong password here, not a session that has ended. */
export function signInError(error: unknown): never {
  if (error instanceof ProblemError && error.problem.status === 401)
    throw new ProblemError({ ...error.problem, code: "wrong-credentials", detail: m.login_wrong() });
  throw error;
}
