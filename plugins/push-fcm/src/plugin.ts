export { plan } from "./plan.ts";
export { settle } from "./settle.ts";
export { verify } from "./verify.ts";
