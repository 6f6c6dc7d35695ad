export { apiKeyRoutes } from "./api-key.routes.ts";
export { looksLikeApiKey } from "./api-key.rules.ts";
export { createApiKeyService } from "./api-key.service.ts";
export { sourceRoutes } from "./source.routes.ts";
export { createSourceService } from "./source.service.ts";
