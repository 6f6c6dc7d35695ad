import { button, element } from "./dom.ts";
import { entryView } from "./entry-view.ts";
import { type Entry, FILTERS, type Filter } from "./inbox.rules.ts";
import type { InboxState } from "./inbox-state.ts";
import type { Texts } from "./texts.ts";

export interface PanelActions {
  onClose(): void;
  onFollow(entry: Entry, event: Event): void;
}

/** What stands in the panel, made anew for every state. */
export function panelView(state: InboxState, texts: Texts, { onClose, onFollow }: PanelActions): Node[] {
  return [
    element(
      "div",
      { class: "head" },
      element("h2", { id: "title" }, texts.title),
      state.counts.unreadCount > 0 &&
        button(texts.readAll, () => void state.readAll(), { class: "quiet", "data-key": "read-all" }),
      button("×", onClose, { class: "close", "data-key": "close", "aria-label": texts.close }),
    ),
    element(
      "div",
      { class: "filters", role: "group", "aria-label": texts.title },
      ...FILTERS.map((filter) =>
        button(filterText(state, texts, filter), () => state.choose(filter), {
          "data-key": `filter-${filter}`,
          "aria-pressed": String(state.filter === filter),
        }),
      ),
    ),
    element(
      "div",
      {
        class: "scroll",
        "data-key": "scroll",
        tabindex: "0",
        role: "region",
        "aria-label": texts.filters[state.filter],
      },
      ...content(state, texts, onFollow),
    ),
  ];
}

function filterText({ counts }: InboxState, texts: Texts, filter: Filter): string {
  const count = { all: 0, unread: counts.unreadCount, to_confirm: counts.toConfirmCount }[filter];
  return count > 0 ? `${texts.filters[filter]} ${count}` : texts.filters[filter];
}

function content(state: InboxState, texts: Texts, onFollow: PanelActions["onFollow"]): Node[] {
  const { entries, standing } = state;
  if (standing === "signed-out") return [element("p", { class: "note", role: "alert" }, texts.signedOut)];
  if (entries.length === 0) return [placeholder(state, texts)];
  const actions = {
    onToggle: (entry: Entry) => state.toggle(entry),
    onRead: (entry: Entry) => void state.read(entry),
    onConfirm: (entry: Entry) => void state.confirm(entry),
    onFollow,
  };
  const items = entries.map((entry) => {
    const { id } = entry;
    return entryView(entry, { texts, isOpen: state.expanded.has(id), isBusy: state.busy.has(id) }, actions);
  });
  const more = button(texts.more, () => void state.loadMore(), { class: "quiet more", "data-key": "more" });
  return [element("ul", {}, ...items), ...(state.nextCursor === null ? [] : [more])];
}

function placeholder(state: InboxState, texts: Texts): HTMLElement {
  if (state.standing === "loading") return element("p", { class: "note" }, texts.loading);
  if (state.standing === "ready") return element("p", { class: "note" }, texts.empty[state.filter]);
  const again = button(texts.retry, () => void state.load(), { class: "quiet", "data-key": "retry" });
  return element("div", { class: "note", role: "alert" }, element("p", {}, texts.failed), again);
}
