/** Imported before the plugin: what its surroundings use, taken before the plugin can change it. */
export const { parse, stringify } = JSON;
export const { Response, URL } = globalThis;
export const text = String;
export const { entries, fromEntries } = Object;
