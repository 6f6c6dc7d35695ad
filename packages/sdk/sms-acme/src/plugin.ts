export { plan, verify } from "./plan.ts";
export { parseReceipt } from "./receipts.ts";
export { settle } from "./settle.ts";
