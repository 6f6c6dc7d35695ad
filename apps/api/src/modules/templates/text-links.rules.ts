import type { Span } from "./html-links.rules.ts";

/**
 * Where the URLs of a plain text are. They begin with `http://` or `https://`, or with a variable whose value may, and
 * go on as long as RFC 3986 lets them: Chinese punctuation directly behind a URL ends it. Directly before a letter
 * outside ASCII nobody can tell where the URL ends, so it is left alone.
 */
const URL_CHARACTERS = String.raw`[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]`;
const VARIABLE = String.raw`\{\{[^{}]*\}\}`;
const RUN = new RegExp(`(?:https?://|${VARIABLE})(?:${VARIABLE}|${URL_CHARACTERS})*`, "giu");
const WHOLE = new RegExp(`^https?://${URL_CHARACTERS}+$`, "iu");
const LETTER = /^[\p{L}\p{N}\p{M}]/u;
const SENTENCE_END = /[.,:;!?'"]$/;
const CLOSING: Record<string, string> = { ")": "(", "]": "[" };

export function findTextLinks(text: string): Span[] {
  return [...text.matchAll(RUN)].flatMap(({ 0: run, index: start }) => {
    if (LETTER.test(text.slice(start + run.length, start + run.length + 2))) return [];
    return [{ start, end: start + withoutSentenceEnd(run).length }];
  });
}

/** Whether a text, with its variables filled in, is a URL and nothing else. */
export const isTextUrl = (text: string): boolean => WHOLE.test(text);

/** A full stop behind a URL belongs to the sentence; so does a bracket that was not opened inside. */
function withoutSentenceEnd(run: string): string {
  let end = run.length;
  const counts = new Map<string, number>();
  for (const character of run) counts.set(character, (counts.get(character) ?? 0) + 1);
  for (; end > 0; end--) {
    const last = run[end - 1] ?? "";
    const opening = CLOSING[last];
    const isUnopened = opening !== undefined && (counts.get(last) ?? 0) > (counts.get(opening) ?? 0);
    if (!isUnopened && !SENTENCE_END.test(last)) break;
    counts.set(last, (counts.get(last) ?? 0) - 1);
  }
  return run.slice(0, end);
}
