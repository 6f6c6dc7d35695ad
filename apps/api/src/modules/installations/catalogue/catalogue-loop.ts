import type { Loop } from "../../../platform/loops.ts";

/** Keeps a process' catalogue as it is written down: what is installed, upgraded or blocked is known within seconds. */
export const createCatalogueLoop = (plugins: { refresh(): Promise<void> }): Loop => ({
  name: "plugin-catalogue",
  idleMs: 2_000,
  async run() {
    await plugins.refresh();
    return false;
  },
});
