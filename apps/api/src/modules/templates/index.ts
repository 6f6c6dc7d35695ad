export { DEFAULT_CATEGORY, MESSAGE_CATEGORIES, type MessageCategory } from "./category.rules.ts";
export { MessageCategory as MessageCategorySchema } from "./category.schemas.ts";
export { findPublishedVersion, findVersion, type PinnedVersion } from "./pinned-version.repository.ts";
export {
  type CompiledRendering,
  compileRendering,
  findLink,
  missingFields,
  overlongFields,
  type Rendering,
  renderContent,
  variablesIn,
} from "./rendering.rules.ts";
export { listTemplatesFor } from "./template.repository.ts";
export { templateRoutes } from "./template.routes.ts";
export { checkRenderings } from "./template.rules.ts";
export { Tracking as TrackingSchema } from "./template.schemas.ts";
export { createTemplateService } from "./template.service.ts";
export { type AddressOf, type Values, variablesOf } from "./template-text.rules.ts";
export { templateVersionRoutes } from "./template-version.routes.ts";
export { createTemplateVersionService, findPreviewedVersion } from "./template-version.service.ts";
export { LINK_NAME_BYTES, PIXEL_NAME, type Tracking, trackingOf, UNTRACKED } from "./tracked-text.rules.ts";
export {
  isBlank,
  missingVariables,
  mistypedVariables,
  requiredVariables,
  UNSUBSCRIBE_VARIABLE,
} from "./variable.rules.ts";
