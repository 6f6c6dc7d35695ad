import type * as generated from "../generated/sdk.gen.ts";

/** What any call takes beside its input. */
export interface CallOptions {
  /** Longest the call may take, repetitions included, milliseconds. Default: the client's. */
  timeoutMs?: number;
  /** Ends the call; it rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What calls take that the server can recognise when they are repeated. */
export interface IdempotentCallOptions extends CallOptions {
  /**
   * 1 to 255 printable ASCII characters, unique for what is asked for: a repetition with the same key and body
   * gets the first answer and does nothing. With a key the client repeats the call by itself.
   */
  idempotencyKey?: string;
}

type Generated = typeof generated;
// biome-ignore lint/suspicious/noExplicitAny: only an `any` parameter lets every function match
type AnyFunction = (options: any) => unknown;
type OperationName = {
  [Name in keyof Generated]: Generated[Name] extends AnyFunction ? Name : never;
}[keyof Generated];

type GeneratedOptions<Operation extends AnyFunction> = NonNullable<Parameters<Operation>[0]>;

/** `body`, `path` and `query`, where the operation has them. */
type Input<Options> = {
  [Part in keyof Options as Part extends "body" | "path" | "query"
    ? Options[Part] extends undefined
      ? never
      : Part
    : never]: Options[Part];
};

type Extras<Options> = Options extends { headers?: infer Headers }
  ? "idempotency-key" extends keyof NonNullable<Headers>
    ? IdempotentCallOptions
    : CallOptions
  : CallOptions;

type Call<Options> = Input<Options> & Extras<Options>;

/** Without `throwOnError` the generated functions may answer nothing; here a failure always rejects. */
type Body<Operation extends AnyFunction> = Exclude<Awaited<ReturnType<Operation>>, undefined>;

/** What a stream of events answers is walked through with `for await`. */
type Answer<Operation extends AnyFunction> =
  Body<Operation> extends { stream: infer Events } ? Events : Body<Operation>;

type Method<Operation extends AnyFunction> =
  Record<never, never> extends Input<GeneratedOptions<Operation>>
    ? (call?: Call<GeneratedOptions<Operation>>) => Promise<Answer<Operation>>
    : (call: Call<GeneratedOptions<Operation>>) => Promise<Answer<Operation>>;

/** Every operation of the API by its `operationId`. */
export type Operations = { readonly [Name in OperationName]: Method<Generated[Name]> };
