import { SvelteMap } from "svelte/reactivity";
import { m } from "#messages";
import { NetworkError, type Problem, ProblemError, TimeoutError } from "../api/problem.ts";
import { errorText, fieldText, requestIdOf } from "../api/problem-text.ts";
import type { FieldContext } from "../ui/form/field-context.ts";

/** What is wrong, by field name. A name is the path of the value in what is sent: `settings/appId`. */
export type FieldErrors = Record<string, string | undefined>;

export interface FormOptions<Values, Result> {
  initial: Values;
  /** Faults that need no server to be found. Undefined entries are fine fields. */
  validate?: (values: Values) => FieldErrors;
  /** Sends the values. What it throws is shown in the form. */
  submit: (values: Values) => Promise<Result>;
  /** After the values were taken: go to the new thing, say that it was saved. */
  onsuccess?: (result: Result) => unknown;
}

/** The life of a form: what was typed, what is wrong with it, and whether it is being sent. */
export class FormState<Values extends object, Result = unknown> implements FieldContext {
  values: Values;
  #saved: string;
  #submitting = $state(false);
  #failure = $state.raw<unknown>();
  #attempts = $state(0);
  #errors = new SvelteMap<string, string>();
  #fields = new SvelteMap<string, { id: string; label: () => string }>();
  readonly #options: FormOptions<Values, Result>;

  constructor(options: FormOptions<Values, Result>) {
    const values = $state(structuredClone(options.initial));
    this.values = values;
    this.#options = options;
    this.#saved = $state(JSON.stringify(options.initial));
  }

  get submitting(): boolean {
    return this.#submitting;
  }

  /** Something was typed that is not saved. */
  get dirty(): boolean {
    return JSON.stringify(this.values) !== this.#saved;
  }

  /** How many times sending came to nothing; the form brings its summary into view on each. */
  get attempts(): number {
    return this.#attempts;
  }

  get requestId(): string | undefined {
    return requestIdOf(this.#failure);
  }

  /** Takes faults back that are none any more, before the form is sent again. */
  forgive(isFine: (name: string) => boolean): void {
    for (const name of this.faultyNames) if (isFine(name)) this.#errors.delete(name);
  }

  /** The code of the problem that sending came to; for what a form has more to say about. */
  get failureCode(): string | undefined {
    return this.#failure instanceof ProblemError ? this.#failure.code : undefined;
  }

  /** The names of what is wrong, for a form whose fields are not all in view. */
  get faultyNames(): string[] {
    return [...this.#errors.keys()];
  }

  /** What is wrong as a whole; undefined while the fields say it all. */
  get message(): string | undefined {
    if (!this.#failure || this.#errors.size > 0) return undefined;
    return errorText(this.#failure);
  }

  /** One line a field that is wrong, in the order of the page, for the summary. */
  get summary(): { id?: string; label?: string; text: string }[] {
    const order = [...this.#fields.keys()];
    const place = (name: string) => {
      const index = order.indexOf(this.#fieldOf(name) ?? "");
      return index < 0 ? order.length : index;
    };
    return [...this.#errors]
      .sort(([a], [b]) => place(a) - place(b))
      .map(([name, text]) => {
        const field = this.#fields.get(this.#fieldOf(name) ?? "");
        return { id: field?.id, label: field?.label() ?? name, text };
      });
  }

  /** The fault at a field or at anything inside it: `channels` also shows what is wrong at `channels/0`. */
  errorOf(name: string): string | undefined {
    for (const [path, text] of this.#errors) if (this.#fieldOf(path) === name) return text;
    return undefined;
  }

  register(name: string, field: { id: string; label: () => string }): () => void {
    this.#fields.set(name, field);
    return () => this.#fields.delete(name);
  }

  /** Checks and sends. A second call while the first is under way does nothing. */
  async submit(): Promise<void> {
    if (this.#submitting) return;
    this.#failure = undefined;
    this.#setErrors(this.#options.validate?.(this.values) ?? {});
    if (this.#errors.size > 0) {
      this.#attempts += 1;
      return;
    }
    this.#submitting = true;
    const sent = $state.snapshot(this.values) as Values;
    try {
      const result = await this.#options.submit(sent);
      this.#saved = JSON.stringify(sent);
      await this.#options.onsuccess?.(result);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#submitting = false;
    }
  }

  /** Takes other values as the saved ones: after a reload, or to give up what was typed. */
  reset(values: Values = this.#options.initial): void {
    Object.assign(this.values, structuredClone(values));
    this.#saved = JSON.stringify(values);
    this.#failure = undefined;
    this.#errors.clear();
  }

  #fail(error: unknown): void {
    if (!isAnswered(error)) console.error(error);
    this.#failure = error;
    if (error instanceof ProblemError) this.#setErrors(errorsOf(error.problem));
    this.#attempts += 1;
  }

  #setErrors(errors: FieldErrors): void {
    this.#errors.clear();
    for (const [name, text] of Object.entries(errors)) if (text) this.#errors.set(name, text);
  }

  /** The nearest field that a path lies in. */
  #fieldOf(path: string): string | undefined {
    let name = path;
    while (!this.#fields.has(name)) {
      const end = name.lastIndexOf("/");
      if (end < 0) return undefined;
      name = name.slice(0, end);
    }
    return name;
  }
}

/** The network's and the API's own failures are expected; anything else is a fault of the console. */
function isAnswered(error: unknown): boolean {
  return [ProblemError, NetworkError, TimeoutError].some((kind) => error instanceof kind);
}

function errorsOf(problem: Problem): FieldErrors {
  const errors: FieldErrors = {};
  for (const field of problem.errors ?? []) {
    const name = field.pointer.replace(/^\//, "");
    const before = errors[name];
    errors[name] =
      before === undefined ? fieldText(field) : m.field_several({ before, more: fieldText(field) });
  }
  return errors;
}
