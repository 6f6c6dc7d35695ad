export { openAbandoned, openInquiry } from "./opening.repository.ts";
export { createReconciler, type ReconcilerDeps } from "./reconciler.ts";
