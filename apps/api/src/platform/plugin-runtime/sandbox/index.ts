export type { SandboxLimits } from "./limits.ts";
export { createSandbox, type Sandbox, type SealedPlugin } from "./sandbox.ts";
export type { SandboxCounts } from "./sandbox-report.ts";
