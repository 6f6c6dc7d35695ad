export {
  addressChecker,
  checkAddress,
  checkEntered,
  maskAddress,
  type PluginCatalogue,
  userKindsOf,
} from "./address.rules.ts";
export { deleteBoundIdentities } from "./bound-identity.repository.ts";
export { identityRoutes } from "./identity.routes.ts";
export { createIdentityService } from "./identity.service.ts";
export { findUser, lockUsers, type UserRecord } from "./user.repository.ts";
export { userRoutes } from "./user.routes.ts";
export type { Identity } from "./user.rules.ts";
export { UserParam } from "./user.schemas.ts";
export { createUserService } from "./user.service.ts";
export { findUserKeys } from "./user-key.repository.ts";
