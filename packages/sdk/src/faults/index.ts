import { CONFORMANCE_FAULTS, CONFORMANCE_PLACES } from "./conformance-faults.ts";
import { defineFaults, definePlaces } from "./fault.ts";
import { CODE_FAULTS, PACKAGE_FAULTS, PACKAGE_PLACES } from "./package-faults.ts";
import { REGISTRY_FAULTS, REGISTRY_PLACES } from "./registry-faults.ts";
import { SCHEMA_FAULTS } from "./schema-faults.ts";

export { defineFaults, definePlaces, type Fault, FaultError, type FaultPart } from "./fault.ts";

/** The faults that the SDK finds. */
export const fault = defineFaults({
  ...SCHEMA_FAULTS,
  ...CONFORMANCE_FAULTS,
  ...PACKAGE_FAULTS,
  ...CODE_FAULTS,
  ...REGISTRY_FAULTS,
});

/** Where the SDK finds them. */
export const within = definePlaces({ ...CONFORMANCE_PLACES, ...PACKAGE_PLACES, ...REGISTRY_PLACES });
