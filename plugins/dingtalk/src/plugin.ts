export { plan } from "./plan.ts";
export { query } from "./query.ts";
export { recall } from "./recall.ts";
export { settle } from "./settle.ts";
export { verify } from "./verify.ts";
