import { createAdaptorServer } from "@hono/node-server";
import { listen } from "@tidings/sdk/testing";
import {
  openVendor,
  toSimulator,
  type WechatSimulator,
  type WechatSimulatorOptions,
} from "@tidings/wechat/simulator";
import { Operations } from "./operations.ts";
import { openServer } from "./server.ts";
import { SUBSCRIPTION, TEMPLATE, TEMPLATES } from "./templates.ts";

export { demo } from "./demo.ts";

/** `1` is a page in the app. */
const KIND = { callsPerDay: 100_000, popupScene: "1" };

export type WechatOfficialSimulatorOptions = WechatSimulatorOptions;

export interface WechatOfficialSimulator extends WechatSimulator {
  /** The ids of the account's templates: one of template messages, one of one-time subscription notices. */
  templateIds: { template: string; subscription: string };
  /** The user lets the account send one more notice, or refuses; the account is told either way. */
  subscribe(openId: string, isConsent?: boolean): void;
  /** The user takes back, in the app's settings, what was consented to; the account is told. */
  unsubscribe(openId: string): void;
  /** How many notices the user still lets the account send. */
  allowanceOf(openId: string): number;
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each push, so it may be set later. */
export async function startSimulator(
  options: WechatOfficialSimulatorOptions = {},
): Promise<WechatOfficialSimulator> {
  const vendor = openVendor(options, KIND);
  const { allowances } = vendor;
  const { fetch } = openServer(vendor, new Operations({ ...vendor, templates: TEMPLATES }));
  const listening = await listen(createAdaptorServer({ fetch }), options.port);
  return {
    ...toSimulator(vendor, listening),
    templateIds: { template: TEMPLATE.id, subscription: SUBSCRIPTION.id },
    subscribe: (openId, isConsent = true) => allowances.answer(openId, SUBSCRIPTION.id, isConsent),
    unsubscribe: (openId) => allowances.withdraw(openId, SUBSCRIPTION.id),
    allowanceOf: (openId) => allowances.left(openId, SUBSCRIPTION.id),
  };
}
