export { DEFAULT_CATEGORY, MESSAGE_CATEGORIES, type MessageCategory } from "./category.rules.ts";
export { MessageCategory as MessageCategorySchema } from "./category.schemas.ts";
export { findPublishedVersion, findVersion, type PinnedVersion } from "./pinned-version.repository.ts";
export {
  type CompiledRendering,
  compileRendering,
  missingFields,
  overlongFields,
  type Rendering,
  renderContent,
} from "./rendering.rules.ts";
export { templateRoutes } from "./template.routes.ts";
export { checkRenderings } from "./template.rules.ts";
export { createTemplateService } from "./template.service.ts";
export { templateVersionRoutes } from "./template-version.routes.ts";
export { createTemplateVersionService } from "./template-version.service.ts";
export { isBlank, missingVariables, mistypedVariables, requiredVariables } from "./variable.rules.ts";
