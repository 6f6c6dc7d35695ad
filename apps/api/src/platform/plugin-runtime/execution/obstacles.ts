/** Why a plugin cannot be called at all. */
export const MISSING_PLUGIN = {
  code: "plugin_missing",
  detail: "The plugin of this channel is not installed.",
};
export const NO_SECRETS = {
  code: "secrets_unavailable",
  detail: "The secrets of this channel cannot be read.",
};
