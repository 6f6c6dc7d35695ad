import { atMost, first, required } from "#lib/forms/rules.ts";
import { m } from "#messages";

/** As the API takes it. */
const MAX_URL_LENGTH = 2_000;

/** What is wrong with an address as far as a form can tell; whether it may be called, the API knows. */
export function urlFault(url: string): string | undefined {
  return first(
    required(url),
    isWebAddress(url) ? undefined : m.callbacks_url_fault(),
    atMost(url, MAX_URL_LENGTH),
  );
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}
