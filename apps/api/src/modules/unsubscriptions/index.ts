export { createUnsubscribeAddresses, type UnsubscribeAddresses } from "./unsubscribe-address.rules.ts";
export { unsubscriptionRoutes } from "./unsubscription.routes.ts";
export { createUnsubscriptionService } from "./unsubscription.service.ts";
export { createVisitThrottle } from "./visit-throttle.ts";
