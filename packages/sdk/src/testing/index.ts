/**
 * What a plugin is tested with: the conformance checks, a host for one batch, the vendor simulator's contract.
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
export { findManifestProblems } from "./conformance/schema.ts";
export type { ConformanceInput } from "./conformance/subject.ts";
export * from "./conversation.ts";
export * from "./simulator.ts";
export * from "./vectors.ts";
