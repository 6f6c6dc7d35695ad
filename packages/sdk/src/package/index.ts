/**
 * Packages of plugins: the archive, who signed it, what it may reach, what a look at its code finds.
 * @packageDocumentation
 */
export {
  defineFaults,
  definePlaces,
  type Fault,
  FaultError,
  type FaultPart,
  fault,
  within,
} from "../faults/index.ts";
export { findAllowanceFaults, findLimitFaults } from "../faults/manifest-parts.ts";
export { gradeOf } from "../testing/conformance/grade.ts";
export { GRADES, type Grade } from "../testing/conformance/report.ts";
export type { PackageContent } from "./content.ts";
export { type Envelope, type EnvelopeSignature, readEnvelope } from "./envelope.ts";
export { readFolder } from "./folder.ts";
export { type GrantChange, type Grants, grantsOf, widening } from "./grants.ts";
export { type KeyPair, keyIdOf, newKeyPair, publicKeyOf } from "./keys.ts";
export { PACKAGE_LIMITS } from "./limits.ts";
export { packFiles, packPlugin } from "./pack.ts";
export { type PluginPackage, readCode, readPackage } from "./read.ts";
export { PackageRefused } from "./refused.ts";
export { conformanceInputOf, type Sample } from "./sample.ts";
export { type ScanFinding, scanCode } from "./scan.ts";
export {
  type CheckedEnvelope,
  checkEnvelope,
  countersign,
  type Statement,
  type SubmittedPackage,
  signPackage,
  type TrustedKeys,
} from "./statement.ts";
