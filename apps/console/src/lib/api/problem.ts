/** What a call may throw, and what is in it. */
export {
  type FieldProblem,
  NetworkError,
  type ProblemDocument as Problem,
  ProblemError,
  TimeoutError,
} from "@tidings/sdk";
