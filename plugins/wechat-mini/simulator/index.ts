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
import { LONG_TERM, ONE_TIME, TEMPLATES } from "./templates.ts";

export { demo } from "./demo.ts";

const PAGES = ["pages/index/index", "pages/notice/index"];
/** `0` is a page of the program. */
const KIND = { callsPerDay: 10_000_000, popupScene: "0" };

export type WechatMiniSimulatorOptions = WechatSimulatorOptions;

export interface WechatMiniSimulator extends WechatSimulator {
  /** The ids of the program's templates. */
  templateIds: { oneTime: string; longTerm: string };
  /** The user lets the program send one more of a template, or refuses; the program is told either way. */
  subscribe(openId: string, templateId: string, isConsent?: boolean): void;
  /** The user takes back, in the app's settings, what was consented to; the program is told. */
  unsubscribe(openId: string, templateId: string): void;
  /** How many messages of a template the user still lets the program send. */
  allowanceOf(openId: string, templateId: string): number;
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each push, so it may be set later. */
export async function startSimulator(options: WechatMiniSimulatorOptions = {}): Promise<WechatMiniSimulator> {
  const vendor = openVendor(options, KIND);
  const { allowances } = vendor;
  const operations = new Operations({ ...vendor, templates: TEMPLATES, pages: PAGES });
  const { fetch } = openServer(vendor, operations);
  const listening = await listen(createAdaptorServer({ fetch }), options.port);
  return {
    ...toSimulator(vendor, listening),
    templateIds: { oneTime: ONE_TIME.id, longTerm: LONG_TERM.id },
    subscribe: (openId, templateId, isConsent = true) => allowances.answer(openId, templateId, isConsent),
    unsubscribe: (openId, templateId) => allowances.withdraw(openId, templateId),
    allowanceOf: (openId, templateId) => allowances.left(openId, templateId),
  };
}
