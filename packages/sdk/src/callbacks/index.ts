export { findCallbackFault } from "./find-callback-fault.ts";
