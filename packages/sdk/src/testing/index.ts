/**
 * What a plugin is tested with: the conformance checks, a host for one batch, the vendor simulator's contract and the
 * parts that simulators are built of.
 * @packageDocumentation
 */
export { checkConformance } from "./conformance/conformance.ts";
export { gradeOf } from "./conformance/grade.ts";
export {
  type ConformanceCheck,
  type ConformanceReport,
  GRADES,
  type Grade,
} from "./conformance/report.ts";
export { findManifestProblems, findSchemaProblems } from "./conformance/schema.ts";
export type { ConformanceInput } from "./conformance/subject.ts";
export * from "./conversation.ts";
export * from "./fetch-answer.ts";
export * from "./receiver.ts";
export * from "./simulator/calls.ts";
export * from "./simulator/contract.ts";
export type { DemoChannel } from "./simulator/demo.ts";
export * from "./simulator/envelope.ts";
export * from "./simulator/fault-plan.ts";
export * from "./simulator/inbox.ts";
export * from "./simulator/markup.ts";
export * from "./simulator/page.ts";
export * from "./simulator/pushes.ts";
export * from "./simulator/sealed-pusher.ts";
export * from "./simulator/server.ts";
export * from "./simulator/stable-tokens.ts";
export * from "./simulator/window-count.ts";
export * from "./vectors.ts";
