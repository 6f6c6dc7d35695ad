export type { SandboxLimits } from "./limits.ts";
export { createSandbox, type Sandbox } from "./sandbox.ts";
export type { SandboxCounts } from "./sandbox-report.ts";
