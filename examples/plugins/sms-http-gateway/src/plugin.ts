export { plan, verify } from "./plan.ts";
export { query } from "./query.ts";
export { parseReceipt } from "./receipts.ts";
export { settle } from "./settle.ts";
