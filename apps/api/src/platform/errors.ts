/** A kind of problem (RFC 9457). The code is stable: clients and the console's texts depend on it. */
export interface ProblemType {
  code: string;
  status: number;
  title: string;
}

/** What is wrong with one field of the input. */
export interface FieldProblem {
  /** JSON Pointer into the body, or `?name` for a query parameter. */
  pointer: string;
  detail: string;
  code: string;
  /** What the sentence names, for who says it in another language. */
  params?: Record<string, string | number>;
  /** Where inside of what was sent, each with a code and params of its own. */
  at?: { code: string; params: Record<string, string | number> }[];
}

export interface ProblemOptions {
  errors?: FieldProblem[];
  /** Members beside the standard ones, for example the limit of a quota. */
  extensions?: Record<string, string | number>;
  headers?: Record<string, string>;
}

/** An answer to the caller that is not a success. `detail` is written for the caller and names what they sent. */
export class ProblemError extends Error {
  readonly type: ProblemType;
  readonly options: ProblemOptions;

  constructor(type: ProblemType, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.name = "ProblemError";
    this.type = type;
    this.options = options;
  }
}

const problemTypes = new Map<string, ProblemType>();

/** Declares a problem type and returns the function that makes its errors. Codes are unique. */
export function defineProblem(code: string, status: number, title: string) {
  if (problemTypes.has(code)) throw new Error(`problem type ${code} is declared twice`);
  const type = { code, status, title };
  problemTypes.set(code, type);
  const make = (detail: string, options?: ProblemOptions) => new ProblemError(type, detail, options);
  return Object.assign(make, { type });
}

/** Every declared problem type, for the documentation. */
export function listProblemTypes(): ProblemType[] {
  return [...problemTypes.values()].sort((a, b) => a.code.localeCompare(b.code));
}

export const unauthenticated = defineProblem("unauthenticated", 401, "Not authenticated");
export const forbidden = defineProblem("forbidden", 403, "Not allowed");
export const notFound = defineProblem("not-found", 404, "Not found");
export const methodNotAllowed = defineProblem("method-not-allowed", 405, "Method not allowed");
export const payloadTooLarge = defineProblem("payload-too-large", 413, "Payload too large");
export const unsupportedMediaType = defineProblem("unsupported-media-type", 415, "Unsupported media type");
export const malformedJson = defineProblem("malformed-json", 400, "Malformed JSON");
export const invalidInput = defineProblem("invalid-input", 422, "Invalid input");
export const tooManyRequests = defineProblem("too-many-requests", 429, "Too many requests");
export const internalError = defineProblem("internal-error", 500, "Internal error");
export const unavailable = defineProblem("unavailable", 503, "Temporarily unavailable");

/** A problem at one field: `pointer` is a JSON Pointer such as `/channels/0`. */
export function invalidField(pointer: string, detail: string, code = "invalid"): ProblemError {
  return invalidInput(detail, { errors: [{ pointer, detail, code }] });
}

/** A thing that is absent, or another tenant's: the caller cannot tell which. */
export function noSuch(noun: string, id: string): ProblemError {
  return notFound(`There is no ${noun} ${id}.`);
}
