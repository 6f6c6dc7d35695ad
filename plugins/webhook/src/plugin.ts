export { plan, verify } from "./plan.ts";
export { settle } from "./settle.ts";
