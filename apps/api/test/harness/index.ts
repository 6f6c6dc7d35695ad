export { expectNothingLost } from "./books.ts";
export { type OpenEndpoint, openEndpoint, readEndpoint } from "./callback-endpoint.ts";
export {
  type CallbackReceiver,
  type ReceivedCallback,
  startCallbackReceiver,
} from "./callback-receiver.ts";
export {
  type Answer,
  type Call,
  callAnonymously,
  callWith,
  callWithKey,
  cookieOf,
  signIn,
} from "./caller.ts";
export {
  CANARY,
  type CanarySchool,
  canaryCrowd,
  canaryMessage,
  givenCanarySchool,
  SECRET,
} from "./canary.ts";
export { type CapturedLog, captureLog } from "./captured-log.ts";
export { goesDown } from "./circuit.ts";
export { expandingLoops, expandOnce } from "./expanding.ts";
export type { FakeVendor, VendorCall } from "./fake-vendor.ts";
export { leavingNoTrace } from "./fingerprint.ts";
export { holdQueue, releaseQueue } from "./held-queue.ts";
export {
  BACKENDS,
  EGRESS_ADDRESSES,
  type Installation,
  type InstallationOptions,
  QUOTA_CONTACT,
  REPOSITORY,
  type RunningEngine,
  startInstallation,
} from "./installation.ts";
export { type Line, startLine } from "./line.ts";
export { Listener, learnedAbout } from "./listener.ts";
export { givenEndpoint } from "./listening.ts";
export { mailTo } from "./mail-html.ts";
export { type CourierVersion, type ListedPackage, listCourier } from "./marketplace.ts";
export { fillPath, listOperations, type Operation, requiredQuery } from "./operations.ts";
export { appointOperators } from "./operator.ts";
export { until } from "./patience.ts";
export { expectProblem, expectWellFormedProblem } from "./problems.ts";
export { SAMPLES } from "./samples.ts";
export {
  type DeliveryView,
  givenSchool,
  messageTo,
  mustSucceed,
  type NewUser,
  newPhone,
  PASSWORD,
  type School,
  type SchoolChannel,
  users,
} from "./school.ts";
export { pausesPass, timePasses } from "./time.ts";
