import type { HandleClientError } from "@sveltejs/kit";
import { ProblemError } from "#lib/api/problem.ts";
import { errorText } from "#lib/api/problem-text.ts";
import { m } from "#messages";

/** Whatever a `load` throws becomes words for the error page. */
export const handleError: HandleClientError = ({ error, status }) => {
  if (error instanceof ProblemError) return { message: errorText(error), problem: error.problem };
  if (status === 404) return { message: m.problem_not_found() };
  console.error(error);
  return { message: errorText(error) };
};
