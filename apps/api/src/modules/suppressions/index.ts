export { suppressAddresses } from "./automatic.repository.ts";
export { deadAddressesIn } from "./automatic.rules.ts";
export { suppressionOf } from "./judging.repository.ts";
export { suppressUnsubscribed } from "./suppress-unsubscribed.ts";
export { suppressionRoutes } from "./suppression.routes.ts";
export {
  checkRecipient,
  maskRecipient,
  misnamed,
  type PluginCatalogue,
  type RecipientRef,
  SUPPRESSION_REASONS,
} from "./suppression.rules.ts";
export { RecipientFields } from "./suppression.schemas.ts";
export { createSuppressionService } from "./suppression.service.ts";
