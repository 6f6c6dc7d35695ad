/** Every text colour reaches 4.5:1 on the backgrounds that it stands on, light and dark. */
export const STYLES = `
:host {
  --inbox-bg: #ffffff; --inbox-raised: #f6f7f8; --inbox-edge: #d5dade; --inbox-text: #1b1f24; --inbox-muted: #59626c;
  --inbox-accent: #2f55c8; --inbox-on-accent: #ffffff; --inbox-alert: #bd2c20; --inbox-on-alert: #ffffff;
  --inbox-good: #16704a; --inbox-shadow: 0 8px 24px rgb(16 20 26 / 0.18);
  color-scheme: light; display: inline-block; position: relative; font: 14px/1.5 system-ui, sans-serif;
  color: var(--inbox-text);
}
:host([data-look="dark"]) {
  --inbox-bg: #171b20; --inbox-raised: #20262d; --inbox-edge: #39424c; --inbox-text: #e8ebee; --inbox-muted: #a5afb9;
  --inbox-accent: #8fabff; --inbox-on-accent: #10141a; --inbox-alert: #ff8f83; --inbox-on-alert: #10141a;
  --inbox-good: #6fd3a4; --inbox-shadow: 0 8px 24px rgb(0 0 0 / 0.5);
  color-scheme: dark;
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
button { font: inherit; color: inherit; background: none; border: 0; border-radius: 6px; cursor: pointer; min-height: 28px; }
button:focus-visible, a:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--inbox-accent); outline-offset: 2px; }
.bell { position: relative; width: 40px; height: 40px; padding: 8px; background: var(--inbox-bg); border: 1px solid var(--inbox-edge); }
.bell:hover { background: var(--inbox-raised); }
.bell svg { display: block; width: 22px; height: 22px; }
.badge {
  position: absolute; top: -6px; right: -6px; min-width: 20px; padding: 0 5px; border-radius: 10px; font-size: 12px;
  line-height: 20px; text-align: center; background: var(--inbox-alert); color: var(--inbox-on-alert);
}
.badge:empty { display: none; }
.panel {
  position: absolute; z-index: 1000; top: calc(100% + 8px); right: 0; width: min(380px, calc(100vw - 24px));
  max-height: min(560px, calc(100vh - 80px)); display: flex; flex-direction: column; overflow: hidden;
  background: var(--inbox-bg); border: 1px solid var(--inbox-edge); border-radius: 10px; box-shadow: var(--inbox-shadow);
}
:host([align="start"]) .panel { right: auto; left: 0; }
.panel[hidden] { display: none; }
.head { display: flex; align-items: center; gap: 4px; padding: 10px 8px 4px 14px; }
h2 { flex: 1; margin: 0; font-size: 16px; }
.quiet { padding: 2px 8px; color: var(--inbox-accent); }
.quiet:hover, .close:hover { background: var(--inbox-raised); }
.close { width: 32px; height: 32px; font-size: 18px; line-height: 1; }
.filters { display: flex; gap: 4px; padding: 4px 12px 8px; border-bottom: 1px solid var(--inbox-edge); }
.filters button { padding: 2px 10px; color: var(--inbox-muted); }
.filters button[aria-pressed="true"] { color: var(--inbox-text); background: var(--inbox-raised); font-weight: 600; }
.scroll { overflow-y: auto; flex: 1; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: 10px 14px; border-bottom: 1px solid var(--inbox-edge); }
.line { display: flex; align-items: baseline; gap: 6px; }
h3 { flex: 1; min-width: 0; margin: 0; font-size: 14px; font-weight: 400; overflow-wrap: anywhere; }
.unread h3 { font-weight: 600; }
.title { padding: 0; text-align: start; font-weight: inherit; min-height: 24px; }
.title:hover { text-decoration: underline; }
.dot { flex: none; width: 8px; height: 8px; border-radius: 4px; background: var(--inbox-accent); align-self: center; }
time { flex: none; font-size: 12px; color: var(--inbox-muted); }
.mark { flex: none; font-size: 12px; padding: 0 6px; border: 1px solid currentColor; border-radius: 4px; color: var(--inbox-alert); }
.mark.done { color: var(--inbox-good); }
.body { margin: 4px 0 0; color: var(--inbox-muted); white-space: pre-wrap; overflow-wrap: anywhere; }
.body.short { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 6px; align-items: center; }
.actions:empty { display: none; }
.actions a { color: var(--inbox-accent); line-height: 28px; }
.primary { padding: 2px 12px; background: var(--inbox-accent); color: var(--inbox-on-accent); }
.note { padding: 28px 14px; margin: 0; text-align: center; color: var(--inbox-muted); }
.more { display: block; margin: 8px auto; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
  .panel { position: fixed; inset: 12px; width: auto; max-height: none; }
}
@media (prefers-reduced-motion: no-preference) { .panel { animation: appear 0.12s ease-out; } }
@keyframes appear { from { opacity: 0; transform: translateY(-4px); } }
`;
