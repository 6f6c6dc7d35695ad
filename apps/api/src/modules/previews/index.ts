export { previewRoutes } from "./preview.routes.ts";
export { createPreviewSending } from "./preview-sending.ts";
export { createSendTest } from "./send-test.ts";
