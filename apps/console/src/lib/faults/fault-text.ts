import { m } from "#messages";
import type { Fault } from "../api/client.ts";
import { CONFORMANCE_SENTENCES } from "./conformance-sentences.ts";
import { FAULT_PLACES } from "./fault-places.ts";
import { PACKAGE_SENTENCES } from "./package-sentences.ts";
import { REGISTRY_SENTENCES } from "./registry-sentences.ts";

type Params = Fault["params"];

/** A message's own parameters are those of the code, which comes with them. */
const sentences = { ...CONFORMANCE_SENTENCES, ...PACKAGE_SENTENCES, ...REGISTRY_SENTENCES } as Record<
  string,
  (params: Params) => string
>;
const places = FAULT_PLACES as Record<string, (params: Params) => string>;

/** What is wrong, in the reader's language; in English where a later version of the API says it. */
export function faultText({ code, params, at, detail }: Fault): string {
  const sentence = sentences[code]?.(params);
  if (sentence === undefined || at.some((place) => !places[place.code])) return detail;
  const words = at.map((place) => places[place.code]?.(place.params) ?? "");
  if (words.length === 0) return sentence;
  return m.fault_at({
    places: words.reduce((outer, inner) => m.fault_places({ outer, inner })),
    text: sentence,
  });
}

export const isKnownFault = (code: string): boolean => sentences[code] !== undefined;
