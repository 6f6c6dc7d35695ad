import { goto } from "$app/navigation";
import { page } from "$app/state";

/**
 * Filters that live in the query string, so that a filtered list can be linked to, reloaded and walked
 * back to. A filter at its default is left out of the address.
 */
export class UrlFilters<Values extends Record<string, string>> {
  readonly #defaults: Values;
  readonly values: Values = $derived.by(() => this.#read());

  constructor(defaults: Values) {
    this.#defaults = defaults;
  }

  /** How many filters differ from their default; `sort` is none. */
  get activeCount(): number {
    return this.#names().filter((name) => name !== "sort" && this.values[name] !== this.#defaults[name])
      .length;
  }

  set(changes: Partial<Values>): void {
    const params = new URLSearchParams(page.url.search);
    for (const [name, value] of Object.entries(changes)) {
      if (!value || value === this.#defaults[name]) params.delete(name);
      else params.set(name, value);
    }
    this.#navigate(params);
  }

  clear(): void {
    const params = new URLSearchParams(page.url.search);
    for (const name of this.#names()) if (name !== "sort") params.delete(name);
    this.#navigate(params);
  }

  #names(): string[] {
    return Object.keys(this.#defaults);
  }

  #read(): Values {
    const entries = this.#names().map((name) => [
      name,
      page.url.searchParams.get(name) ?? this.#defaults[name],
    ]);
    return Object.fromEntries(entries) as Values;
  }

  #navigate(params: URLSearchParams): void {
    const query = params.toString();
    goto(query ? `?${query}` : page.url.pathname, { replaceState: true, keepFocus: true, noScroll: true });
  }
}
