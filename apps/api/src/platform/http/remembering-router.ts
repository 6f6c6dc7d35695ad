import type { Result } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Hono's trie, which takes routes that its faster router refuses (`/messages/explain` beside `/messages/:messageId/…`).
 * What a path without parameters leads to is looked for once; there are as many of those as there are such routes.
 */
export class RememberingRouter<T> extends TrieRouter<T> {
  readonly #fixedPaths = new Set<string>();
  readonly #results = new Map<string, Map<string, Result<T>>>();

  override add(method: string, path: string, handler: T): void {
    if (!/[:*]/.test(path)) this.#fixedPaths.add(path);
    super.add(method, path, handler);
  }

  override match(method: string, path: string): Result<T> {
    const known = this.#results.get(method)?.get(path);
    if (known) return known;
    const result = super.match(method, path);
    if (this.#fixedPaths.has(path)) this.#resultsOf(method).set(path, result);
    return result;
  }

  #resultsOf(method: string): Map<string, Result<T>> {
    const results = this.#results.get(method) ?? new Map<string, Result<T>>();
    this.#results.set(method, results);
    return results;
  }
}
