import { defineProblem } from "../../platform/errors.ts";

export const pluginShipped = defineProblem("plugin-shipped", 409, "Plugin ships with the installation");
export const pluginInstalled = defineProblem("plugin-installed", 409, "Plugin installed already");
export const pluginNotInstallable = defineProblem(
  "plugin-not-installable",
  409,
  "Plugin version cannot be installed",
);
export const pluginGrantsChanged = defineProblem(
  "plugin-grants-changed",
  409,
  "Plugin asks for something else",
);
export const pluginUpgradeHeld = defineProblem("plugin-upgrade-held", 409, "Upgrade needs consent");
export const pluginSettingsUnfit = defineProblem(
  "plugin-settings-unfit",
  409,
  "Settings do not fit the plugin version",
);
export const pluginInUse = defineProblem("plugin-in-use", 409, "Plugin in use");
export const pluginTrialRunning = defineProblem("plugin-trial-running", 409, "A version is being tried");
export const noPreviousVersion = defineProblem("no-previous-version", 409, "No version to go back to");
export const packageDamaged = defineProblem("package-damaged", 409, "Stored package damaged");
