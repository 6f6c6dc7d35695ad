/**
 * What every call of the client may reject with: a {@link ProblemError}, a {@link NetworkError} or a
 * {@link TimeoutError}. The one exception is a call that was aborted through its own `signal`: it rejects with the
 * signal's reason.
 *
 * @example
 * ```ts
 * try {
 *   await tidings.getMessage({ path: { messageId } });
 * } catch (error) {
 *   if (error instanceof TidingsError) console.error(error.name, error.message);
 *   else throw error;
 * }
 * ```
 */
export abstract class TidingsError extends Error {}
