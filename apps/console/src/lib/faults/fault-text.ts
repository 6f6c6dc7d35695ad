import { m } from "#messages";
import type { Fault } from "../api/client.ts";
import { CONFORMANCE_SENTENCES } from "./conformance-sentences.ts";
import { FAULT_PLACES } from "./fault-places.ts";
import { PACKAGE_SENTENCES } from "./package-sentences.ts";
import { REGISTRY_SENTENCES } from "./registry-sentences.ts";

type Params = Fault["params"];
type Words = Record<string, (params: never) => string>;

const sentences: Words = { ...CONFORMANCE_SENTENCES, ...PACKAGE_SENTENCES, ...REGISTRY_SENTENCES };
const places: Words = FAULT_PLACES;

/** The words for a code, which comes with the parameters that its message names. */
const say = (words: Words, { code, params }: { code: string; params: Params }): string | undefined =>
  (words[code] as ((params: Params) => string) | undefined)?.(params);

/** What is wrong, in the reader's language; in English where a later version of the API says it. */
export function faultText({ code, params, at, detail }: Fault): string {
  const text = say(sentences, { code, params });
  const words = at.flatMap((place) => say(places, place) ?? []);
  if (text === undefined || words.length < at.length) return detail;
  if (words.length === 0) return text;
  return m.fault_at({ places: words.reduce((outer, inner) => m.fault_places({ outer, inner })), text });
}

export const isKnownFault = (code: string): boolean => sentences[code] !== undefined;
