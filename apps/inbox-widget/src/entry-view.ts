import { button, element } from "./dom.ts";
import { type Entry, safeHref } from "./inbox.rules.ts";
import type { Texts } from "./texts.ts";

export interface EntryActions {
  /** Opens or closes the whole text; opening reads it. */
  onToggle(entry: Entry): void;
  onRead(entry: Entry): void;
  onConfirm(entry: Entry): void;
  /** The link was followed. */
  onFollow(entry: Entry, event: Event): void;
}

/** One entry of the list. */
export function entryView(
  entry: Entry,
  { texts, isOpen, isBusy }: { texts: Texts; isOpen: boolean; isBusy: boolean },
  actions: EntryActions,
): HTMLLIElement {
  const { id } = entry;
  const isUnread = entry.readAt === null;
  const bodyId = `body-${id}`;
  const title = button(entry.title, () => actions.onToggle(entry), {
    class: "title",
    "data-key": `title-${id}`,
    "aria-expanded": String(isOpen),
    "aria-controls": bodyId,
  });
  return element(
    "li",
    { class: isUnread ? "unread" : "", "aria-busy": isBusy && "true" },
    element(
      "div",
      { class: "line" },
      isUnread && element("span", { class: "dot", role: "img", "aria-label": texts.unread }),
      element("h3", {}, title),
      confirmationMark(entry, texts),
      element("time", { datetime: entry.createdAt }, formatTime(entry.createdAt, texts.locale)),
    ),
    element("p", { class: isOpen ? "body" : "body short", id: bodyId }, entry.body),
    element("div", { class: "actions" }, ...actionsOf(entry, texts, actions)),
  );
}

function confirmationMark({ mustConfirm, confirmedAt }: Entry, texts: Texts): HTMLElement | false {
  if (!mustConfirm) return false;
  return confirmedAt === null
    ? element("span", { class: "mark" }, texts.mustConfirm)
    : element("span", { class: "mark done" }, texts.confirmed);
}

function actionsOf(entry: Entry, texts: Texts, actions: EntryActions): (HTMLElement | false)[] {
  const { id } = entry;
  const href = safeHref(entry.link, document.baseURI);
  const isToConfirm = entry.mustConfirm && entry.confirmedAt === null;
  return [
    isToConfirm &&
      button(texts.confirm, () => actions.onConfirm(entry), {
        class: "primary",
        "data-key": `confirm-${id}`,
        "aria-label": `${texts.confirm}: ${entry.title}`,
      }),
    href !== undefined && linkTo(href, entry, texts, actions),
    entry.readAt === null &&
      !isToConfirm &&
      button(texts.markRead, () => actions.onRead(entry), {
        class: "quiet",
        "data-key": `read-${id}`,
        "aria-label": `${texts.markRead}: ${entry.title}`,
      }),
  ];
}

function linkTo(href: string, entry: Entry, texts: Texts, actions: EntryActions): HTMLAnchorElement {
  const link = element(
    "a",
    { href, rel: "noopener", "data-key": `link-${entry.id}`, "aria-label": `${texts.open}: ${entry.title}` },
    texts.open,
  );
  link.addEventListener("click", (event) => actions.onFollow(entry, event));
  return link;
}

/** The time of today, else the day. */
function formatTime(text: string, locale: string): string {
  const at = new Date(text);
  const isToday = at.toDateString() === new Date().toDateString();
  const options: Intl.DateTimeFormatOptions = isToday
    ? { hour: "2-digit", minute: "2-digit" }
    : { year: "numeric", month: "2-digit", day: "2-digit" };
  return new Intl.DateTimeFormat(locale, options).format(at);
}
