export const THEME_PREFERENCES = ["system", "light", "dark"] as const;
export type ThemePreference = (typeof THEME_PREFERENCES)[number];

const STORAGE_KEY = "tidings-theme";

function storedPreference(): ThemePreference {
  const stored = localStorage.getItem(STORAGE_KEY);
  return THEME_PREFERENCES.find((preference) => preference === stored) ?? "system";
}

/** The colours in use. `static/first-paint.js` sets them before the first paint by the same rule. */
class Theme {
  #preference = $state<ThemePreference>(storedPreference());
  #systemIsDark = $state(false);
  readonly current = $derived.by(() => {
    if (this.#preference !== "system") return this.#preference;
    return this.#systemIsDark ? "dark" : "light";
  });

  constructor() {
    const query = matchMedia("(prefers-color-scheme: dark)");
    this.#systemIsDark = query.matches;
    query.addEventListener("change", (event) => {
      this.#systemIsDark = event.matches;
      this.#apply();
    });
  }

  get preference(): ThemePreference {
    return this.#preference;
  }

  set preference(preference: ThemePreference) {
    this.#preference = preference;
    localStorage.setItem(STORAGE_KEY, preference);
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.current;
  }
}

export const theme = new Theme();
