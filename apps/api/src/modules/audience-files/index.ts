export { findUsableFile, type UsableFile } from "./audience-file.repository.ts";
export { audienceFileRoutes } from "./audience-file.routes.ts";
export { createAudienceFileService } from "./audience-file.service.ts";
export { createAudienceFileSweeper } from "./audience-file-sweeper.ts";
export { createUploadAudienceFile } from "./upload-audience-file.ts";
