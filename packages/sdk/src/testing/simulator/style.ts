/**
 * How a simulator's page shows what arrived:
 * - `phone`: bubbles on a phone, as text messages
 * - `notifications`: notes on a phone
 * - `chat`: bubbles in a wider window
 * - `cards`: cards over the width of a page
 */
export type PageLayout = "phone" | "notifications" | "chat" | "cards";

const BASE = `
:root { color-scheme: light dark; --back: #eef1f4; --card: #fff; --ink: #1c2430; --soft: #657182; --line: #dde3ea;
  --bubble: #e6ebf0; --good: #1a7d52; --bad: #b93a34; --link: #1f5fa8; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #93a0b0;
  --line: #303945; --bubble: #2a323d; --good: #58c896; --bad: #f0837d; --link: #8fc0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.6 system-ui, "PingFang SC",
  "Microsoft YaHei", sans-serif; }
main { margin: 2rem auto; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
h1 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; } p { margin: 0; color: var(--soft); }
a { color: var(--soft); }
ol { list-style: none; margin: 1rem 0 0; padding: 0; }
form { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: 1rem; } form p { flex-basis: 100%; }
input { flex: 1; min-width: 10rem; } input, select, button { font: inherit; }
small { color: var(--soft); display: flex; justify-content: space-between; gap: 1rem; flex-wrap: wrap;
  font-variant-numeric: tabular-nums; }
.body { overflow-wrap: anywhere; } .body > * { display: block; }
.text, strong { white-space: pre-wrap; } .link { color: var(--link); font-size: .85em; }
code { font: .85em ui-monospace, monospace; color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); }
.gone strong, .gone .text { color: var(--soft); text-decoration: line-through; }
`;

const WINDOW = `
main { background: var(--card); padding: 1.5rem 1.25rem; box-shadow: 0 1rem 3rem #0002; min-height: 36rem; }
`;
const PHONE = `${WINDOW}main { max-width: 26rem; border-radius: 2rem; }`;

const LAYOUTS: Record<PageLayout, string> = {
  phone: `${PHONE}
li { margin-top: 1.1rem; }
.body { background: var(--bubble); border-radius: .3rem 1.1rem 1.1rem; padding: .6rem .9rem; margin-top: .2rem; }`,
  notifications: `${PHONE}
li { margin-top: .7rem; background: var(--bubble); border-radius: 1rem; padding: .6rem .9rem; }`,
  chat: `${WINDOW}
main { max-width: 32rem; border-radius: 1rem; }
li { margin-top: 1.1rem; }
.body { background: var(--bubble); border-radius: .3rem 1rem 1rem; padding: .6rem .9rem; margin-top: .2rem; }`,
  cards: `
main { max-width: 46rem; padding: 0 1rem; }
li { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: .8rem 1rem;
  margin-top: .7rem; }`,
};

export const writeStyle = (layout: PageLayout, more: string): string => BASE + LAYOUTS[layout] + more;
