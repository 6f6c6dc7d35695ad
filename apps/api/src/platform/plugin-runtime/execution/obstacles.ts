/** Why a plugin cannot be called at all, or gave nothing when it was. */
export interface Obstacle {
  code: string;
  detail: string;
  /** Why it was blocked, in the words of who did it. */
  reason?: string;
}

export const MISSING_PLUGIN: Obstacle = {
  code: "plugin_missing",
  detail: "The plugin of this channel is not installed.",
};
export const NO_SECRETS: Obstacle = {
  code: "secrets_unavailable",
  detail: "The secrets of this channel cannot be read.",
};
export const SANDBOX_UNAVAILABLE: Obstacle = {
  code: "sandbox_unavailable",
  detail: "The sandbox in which this plugin has to run does not answer.",
};
export const PLUGIN_DISABLED: Obstacle = {
  code: "plugin_disabled",
  detail: "The plugin of this channel was disabled, because it took more time or memory than it may.",
};
export const VERSION_CHANGED: Obstacle = {
  code: "plugin_changed",
  detail: "The plugin of this channel was changed, and takes fewer messages at once now.",
};
export const PACKAGE_DAMAGED: Obstacle = {
  code: "plugin_damaged",
  detail: "The stored package of this plugin is not what was installed, and is not run.",
};
export const PACKAGE_OUT_OF_REACH: Obstacle = {
  code: "plugin_out_of_reach",
  detail: "The package of this plugin cannot be fetched at the moment.",
};
export const PLUGIN_BLOCKED: Obstacle = {
  code: "plugin_blocked",
  detail:
    "This version of the plugin was blocked; deliveries wait until it may run again or another is installed.",
};
export const FAILED: Obstacle = { code: "plugin_error", detail: "The plugin failed." };
export const NO_RESULT: Obstacle = {
  code: "no_result",
  detail: "The plugin gave no result for this message.",
};
export const NO_TEMPLATES: Obstacle = {
  code: "no_templates",
  detail: "The plugin of this channel lists no signatures or templates.",
};
