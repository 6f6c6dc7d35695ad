export { apiKeyRoutes } from "./api-key.routes.ts";
export { looksLikeApiKey } from "./api-key.rules.ts";
export { type ApiKeyService, createApiKeyService } from "./api-key.service.ts";
export {
  type ApiKeyAnswer,
  type ApiKeyAuthenticator,
  createApiKeyAuthenticator,
} from "./api-key-authenticator.ts";
export { sourceOff } from "./source.errors.ts";
export { sourceRoutes } from "./source.routes.ts";
export { createSourceService, type SourceService } from "./source.service.ts";
