import { defineProblem } from "../../platform/errors.ts";

export const channelNotUnique = defineProblem("channel-not-unique", 409, "Channel code or name taken");
export const channelInUse = defineProblem("channel-in-use", 409, "Channel in use");
export const channelChanged = defineProblem("channel-changed", 409, "Channel changed meanwhile");
export const pluginNotInstalled = defineProblem("plugin-not-installed", 409, "Plugin not installed");
