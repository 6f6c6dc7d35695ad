export { plan, verify } from "./plan.ts";
export { recall } from "./recall.ts";
export { settle } from "./settle.ts";
