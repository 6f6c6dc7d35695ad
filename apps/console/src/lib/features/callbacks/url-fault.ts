import { atMost, first, required } from "#lib/forms/rules.ts";
import { m } from "#messages";

/** As the API takes it. */
const MAX_URL_LENGTH = 2_000;

/** What is wrong with an address as far as a form can tell; whether it may be called, the API knows. */
export function urlFault(url: string): string | undefined {
  return first(
    required(url),
    isWebAddress(url) ? undefined : m.callbacks_url_fault(),
    atMost(asCalled(url), MAX_URL_LENGTH),
  );
}

/** What is not ASCII is written with more characters there. */
const asCalled = (url: string) => (URL.canParse(url) ? new URL(url).href : url);

/** The API takes http as well, where whoever runs the server allows that very address. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}
