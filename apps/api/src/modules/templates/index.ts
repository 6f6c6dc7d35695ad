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
