/**
 * Which requests for a tracked address count. Programs that look at links and pictures before, or instead of, a person
 * are left out where they say so: by the method, by the headers of prefetching, or by their name. Those that pass
 * themselves off as a browser cannot be told from one, and mail programs that load all pictures by themselves count as
 * opened: numbers of opens are an upper bound.
 */
export interface Visit {
  method: string;
  header(name: string): string | undefined;
}

/** What announces a request that nobody asked for yet. */
const PREFETCH_HEADERS = ["purpose", "sec-purpose", "x-purpose", "x-moz"];
const PREFETCH = /\b(?:prefetch|prerender|preview)/i;
/** Crawlers, link previews, security scanners, monitors and command-line programs name themselves so; Cubot makes phones. */
const PROGRAM =
  /(?<!cu)bot\b|crawl|spider|slurp|preview|externalhit|scan|safelinks|urldefense|monitor|headless|^(?:curl|wget|python|go-http|java|okhttp|axios|node|undici|libwww|php)\b/i;
/** These load a picture because somebody looks at it. */
const PICTURE_PROXY = /image-?proxy/i;

export function isPersonal(visit: Visit): boolean {
  if (visit.method !== "GET") return false;
  if (PREFETCH_HEADERS.some((name) => PREFETCH.test(visit.header(name) ?? ""))) return false;
  const agent = visit.header("user-agent") ?? "";
  return PICTURE_PROXY.test(agent) || !PROGRAM.test(agent);
}
