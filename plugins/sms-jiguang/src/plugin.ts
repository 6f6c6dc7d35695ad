export { plan } from "./plan.ts";
export { parseReceipt } from "./receipts.ts";
export { settle } from "./settle.ts";
export { syncTemplates } from "./sync.ts";
export { verify } from "./verify.ts";
