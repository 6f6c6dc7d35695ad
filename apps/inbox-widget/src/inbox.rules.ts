/** An entry as the API answers it. */
export interface Entry {
  id: string;
  title: string;
  body: string;
  link: string | null;
  mustConfirm: boolean;
  createdAt: string;
  readAt: string | null;
  confirmedAt: string | null;
}

export interface Counts {
  unreadCount: number;
  toConfirmCount: number;
}

/** The entries that a snapshot has, where there are as many. */
export const NEWEST_COUNT = 10;

/** The inbox as it is: the counts and the newest entries. */
export interface Snapshot extends Counts {
  entries: Entry[];
}

export const FILTERS = ["all", "unread", "to_confirm"] as const;
export type Filter = (typeof FILTERS)[number];

const isNewer = (a: Entry, b: Entry) =>
  a.createdAt > b.createdAt || (a.createdAt === b.createdAt && a.id > b.id);

/**
 * A list of everything, brought up to date by the newest entries: what is as new as they are and not among them has been
 * taken back; what is older stays as it was read. Fewer than a snapshot holds are everything that there is.
 */
export function mergeNewest(listed: readonly Entry[], newest: readonly Entry[]): Entry[] {
  const oldest = newest.length < NEWEST_COUNT ? undefined : newest.at(-1);
  return oldest ? [...newest, ...listed.filter((entry) => isNewer(oldest, entry))] : [...newest];
}

/** The list with one entry as it is now. */
export const replaceEntry = (listed: readonly Entry[], entry: Entry): Entry[] =>
  listed.map((one) => (one.id === entry.id ? entry : one));

/** What the bell shows: nothing, a number, or that there are many. */
export function badgeText(unreadCount: number): string {
  if (unreadCount <= 0) return "";
  return unreadCount > 99 ? "99+" : String(unreadCount);
}

/** Where a link leads, if a browser may be led there. A path is one of the page's own site. */
export function safeHref(link: string | null, base: string): string | undefined {
  if (!link || !URL.canParse(link, base)) return undefined;
  const url = new URL(link, base);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}
