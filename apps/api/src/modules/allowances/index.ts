export { allowanceRoutes } from "./allowance.routes.ts";
export { type Spending, spendingOf } from "./allowance.rules.ts";
export { createAllowanceService } from "./allowance.service.ts";
export { createAllowanceForgettingLoop } from "./forgetting-loop.ts";
export { takeAllowances, type Wanting } from "./hold.repository.ts";
export { keepTold } from "./keep-told.ts";
export { spend } from "./spend.ts";
