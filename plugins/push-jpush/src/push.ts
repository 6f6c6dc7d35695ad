import type { Json, OutboundMessage, Settings } from "@tidings/sdk/plugin";
import type { Extras } from "./extras.ts";

/** A push without its recipients: what messages have to share to go out in one call. */
export interface Push {
  platform: Json;
  notification: Record<string, Json>;
  options: Record<string, Json>;
}

const PLATFORMS = ["android", "ios"] as const;

/** https://docs.jiguang.cn/jpush/server/push/rest_api_v3_push */
export function writePush(content: OutboundMessage["content"], extras: Extras, settings: Settings): Push {
  const platforms = PLATFORMS.filter((platform) => ["all", platform].includes(String(settings.platforms)));
  const { text: alert = "", title = "", link = "" } = content;
  const extra = Object.keys(extras).length > 0 && { extras };
  const written = {
    android: { alert, ...(title && { title }), ...(opensApp(link) && { intent: { url: link } }), ...extra },
    // Without a sound an iPhone stays silent.
    ios: { alert: title ? { title, body: alert } : alert, sound: "default", ...extra },
  };
  return {
    platform: settings.platforms === "all" ? "all" : platforms,
    notification: {
      alert,
      ...Object.fromEntries(platforms.map((platform) => [platform, written[platform]])),
    },
    options: {
      time_to_live: Number(settings.timeToLiveSeconds),
      apns_production: settings.apnsProduction !== false,
      classification: settings.classification === "system" ? 1 : 0,
    },
  };
}

/** A place in an app, `intent:#Intent;…;end` or a scheme of the app's own; a web page is opened by the app itself. */
const opensApp = (link: string) => link !== "" && !/^https?:/i.test(link);
