/** A sentence's code with what it names. */
export interface FaultPart {
  /** Stable: whoever shows it makes words of it in the reader's language. */
  code: string;
  /** Texts as they came, of at most 300 characters. */
  params: Record<string, string | number>;
}

/** Something wrong with a plugin, its package or a registry. */
export interface Fault extends FaultPart {
  /** Where it was found or what was tried, from the outside in: a file, an answer, a function. */
  at: FaultPart[];
  /** All of it in English, at most 500 characters. */
  detail: string;
}

/** Thrown in the place of an error whose words would be nobody's to translate. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.detail);
    this.fault = fault;
  }
}

const PARAM_LENGTH = 300;
const DETAIL_LENGTH = 500;

/** The names in braces of a sentence. */
type NamesIn<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

type ParamsOf<Sentence extends string> = [NamesIn<Sentence>] extends [never]
  ? []
  : [params: Record<NamesIn<Sentence>, string | number>];

/**
 * Makes faults by their codes.
 *
 * @param sentences in English by code, with names in braces: `"there is no {path}"`
 * @example
 * const fault = defineFaults({ file_missing: "there is no {path}" });
 * fault("file_missing", { path: "sample.json" }).detail; // "there is no sample.json"
 */
export function defineFaults<const Sentences extends Record<string, string>>(sentences: Sentences) {
  const make = <Code extends keyof Sentences & string>(
    code: Code,
    ...[given]: ParamsOf<Sentences[Code]>
  ): Fault => {
    const part = partOf(code, given);
    return { ...part, at: [], detail: fill(sentences[code] ?? code, part.params).slice(0, DETAIL_LENGTH) };
  };
  return Object.assign(make, { codes: Object.keys(sentences) as (keyof Sentences & string)[] });
}

/**
 * Makes the places that faults are found at.
 *
 * @param phrases as {@link defineFaults} takes sentences: `"on HTTP {status}"`
 * @example
 * const within = definePlaces({ in_file: "{path}" });
 * faults.map(within("in_file", { path: "sample.json" }));
 */
export function definePlaces<const Phrases extends Record<string, string>>(phrases: Phrases) {
  const make = <Code extends keyof Phrases & string>(code: Code, ...[given]: ParamsOf<Phrases[Code]>) => {
    const part = partOf(code, given);
    const phrase = fill(phrases[code] ?? code, part.params);
    return (fault: Fault): Fault => ({
      ...fault,
      at: [part, ...fault.at],
      detail: `${phrase}: ${fault.detail}`.slice(0, DETAIL_LENGTH),
    });
  };
  return Object.assign(make, { codes: Object.keys(phrases) as (keyof Phrases & string)[] });
}

function partOf(code: string, given: Record<string, string | number> = {}): FaultPart {
  const params = Object.entries(given).map(([name, value]) => [
    name,
    typeof value === "number" ? value : clean(value),
  ]);
  return { code, params: Object.fromEntries(params) };
}

/** Without what a database cannot store: what is named is a stranger's. */
const clean = (text: string): string => text.slice(0, PARAM_LENGTH).replaceAll(/[\p{Cc}\p{Cs}]/gu, " ");

const fill = (sentence: string, params: FaultPart["params"]): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (name, key: string) => String(params[key] ?? name));
