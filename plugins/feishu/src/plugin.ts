export { plan } from "./plan.ts";
export { recall } from "./recall.ts";
export { parseReceipt } from "./receipts.ts";
export { settle } from "./settle.ts";
export { verify } from "./verify.ts";
