/** What the simulators of the vendor's plugins have in common: the account, its tokens, limits, pushes, consents and page. */
export { answerOk, makeMsgid, refuse, type VendorAnswer } from "./answers.ts";
export { type VendorEvent, writeJson, writeXml } from "./events.ts";
export type { SimulatedNotice } from "./notice.ts";
export type { PageWords } from "./page.ts";
export { carryOut, createServer, lookUp, type ServerEnv } from "./server.ts";
export { findFieldFault, render, type VendorTemplate } from "./templates.ts";
export {
  openVendor,
  toSimulator,
  type Vendor,
  type WechatSimulator,
  type WechatSimulatorOptions,
} from "./vendor.ts";
