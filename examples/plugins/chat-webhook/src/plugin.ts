export { plan } from "./plan.ts";
export { settle } from "./settle.ts";
