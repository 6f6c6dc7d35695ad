// Runs before the first paint, so neither theme nor language flashes. A file of its own because the
// content security policy allows no inline script. Keys: lib/theme.svelte.ts and paraglide.config.ts.
(() => {
  const root = document.documentElement;
  const theme = localStorage.getItem("tidings-theme");
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.lang = localStorage.getItem("tidings-locale") ?? "zh-CN";
})();
