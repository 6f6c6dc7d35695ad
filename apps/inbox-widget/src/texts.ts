import type { Filter } from "./inbox.rules.ts";

/** Every word that the widget says. */
export interface Texts {
  locale: string;
  title: string;
  bell(unreadCount: number): string;
  filters: Record<Filter, string>;
  readAll: string;
  close: string;
  markRead: string;
  confirm: string;
  mustConfirm: string;
  confirmed: string;
  unread: string;
  open: string;
  more: string;
  empty: Record<Filter, string>;
  loading: string;
  failed: string;
  signedOut: string;
  retry: string;
  news(count: number): string;
}

export const TEXTS: Record<"zh" | "en", Texts> = {
  zh: {
    locale: "zh-CN",
    title: "站内信",
    bell: (count) => (count > 0 ? `站内信，${count} 条未读` : "站内信，没有未读"),
    filters: { all: "全部", unread: "未读", to_confirm: "待确认" },
    readAll: "全部标为已读",
    close: "关闭",
    markRead: "标为已读",
    confirm: "确认已读",
    mustConfirm: "必读",
    confirmed: "已确认",
    unread: "未读",
    open: "查看详情",
    more: "加载更多",
    empty: { all: "还没有消息", unread: "没有未读消息", to_confirm: "没有待确认的消息" },
    loading: "正在加载…",
    failed: "暂时无法加载，请稍后再试。",
    signedOut: "登录已过期，请刷新页面。",
    retry: "重试",
    news: (count) => `有 ${count} 条新消息`,
  },
  en: {
    locale: "en",
    title: "Inbox",
    bell: (count) => (count > 0 ? `Inbox, ${count} unread` : "Inbox, nothing unread"),
    filters: { all: "All", unread: "Unread", to_confirm: "To confirm" },
    readAll: "Mark all as read",
    close: "Close",
    markRead: "Mark as read",
    confirm: "I have read this",
    mustConfirm: "Must read",
    confirmed: "Confirmed",
    unread: "Unread",
    open: "Open",
    more: "Load more",
    empty: { all: "No messages yet", unread: "Nothing unread", to_confirm: "Nothing to confirm" },
    loading: "Loading…",
    failed: "It cannot be loaded at the moment. Please try again later.",
    signedOut: "You are no longer signed in. Please reload the page.",
    retry: "Try again",
    news: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  },
};

/** The widget's language: its own attribute, the page's, or the browser's. */
export function chooseTexts(...tags: (string | null | undefined)[]): Texts {
  const tag = tags.find((one) => one) ?? "zh";
  return tag.toLowerCase().startsWith("zh") ? TEXTS.zh : TEXTS.en;
}
