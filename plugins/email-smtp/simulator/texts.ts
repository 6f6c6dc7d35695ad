export const TEXTS = {
  zh: {
    lang: "zh-CN",
    title: "邮件模拟器",
    subtitle: "这里收到的邮件不会真的寄出",
    other: "English",
    empty: "还没有邮件。用模拟器的设置建一个邮件通道，发一封试试。",
    noSubject: "（无主题）",
    back: "返回列表",
    from: "发件人",
    to: "收件人",
    time: "时间",
    html: "HTML 正文",
    text: "纯文本正文",
    count: (count: number) => `共 ${count} 封`,
  },
  en: {
    lang: "en",
    title: "Mail simulator",
    subtitle: "Nothing that arrives here is really sent",
    other: "中文",
    empty: "No mail yet. Make an e-mail channel with the simulator's settings and send one.",
    noSubject: "(no subject)",
    back: "Back to the list",
    from: "From",
    to: "To",
    time: "Time",
    html: "HTML",
    text: "Plain text",
    count: (count: number) => `${count} in all`,
  },
};

export type Language = keyof typeof TEXTS;

export function readLanguage(chosen: string | undefined, accepted = ""): Language {
  if (chosen === "zh" || chosen === "en") return chosen;
  return accepted === "" || /^zh/i.test(accepted) ? "zh" : "en";
}
