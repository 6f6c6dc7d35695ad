export { addressChecker, checkAddress, maskAddress, type PluginCatalogue } from "./address.rules.ts";
export { deleteBoundIdentities } from "./bound-identity.repository.ts";
export { identityRoutes } from "./identity.routes.ts";
export { createIdentityService } from "./identity.service.ts";
export { userRoutes } from "./user.routes.ts";
export { createUserService } from "./user.service.ts";
