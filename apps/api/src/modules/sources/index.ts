export { apiKeyRoutes } from "./api-key.routes.ts";
export { type ApiKeyService, createApiKeyService } from "./api-key.service.ts";
export {
  type ApiKeyAnswer,
  type ApiKeyAuthenticator,
  createApiKeyAuthenticator,
  requireSource,
  type SourceIdentity,
} from "./api-key-authenticator.ts";
export { assertSourceOn } from "./assert-source-on.ts";
export { sourceRoutes } from "./source.routes.ts";
export { createSourceService, getSource, type SourceService } from "./source.service.ts";
