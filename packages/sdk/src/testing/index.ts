/**
 * What a plugin is tested with: the conformance checks, a host for one batch, the vendor simulator's contract.
 * @packageDocumentation
 */
export {
  type ConformanceCheck,
  type ConformanceReport,
  checkConformance,
} from "./conformance/conformance.ts";
export { GRADES, type Grade, gradeOf } from "./conformance/grade.ts";
export { findManifestProblems } from "./conformance/schema.ts";
export type { ConformanceInput } from "./conformance/subject.ts";
export * from "./conversation.ts";
export * from "./simulator.ts";
export * from "./vectors.ts";
