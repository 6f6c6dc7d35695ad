export { approvalRoutes } from "./approval.routes.ts";
export { createApprovalFlowService } from "./approval-flow.service.ts";
export { createApprovalRequestService, type OnDecided } from "./approval-request.service.ts";
export { createReconsiderRequests, type OnReviewerLeft } from "./reconsider-requests.ts";
export {
  type ApprovalSubject,
  type DemandedLevel,
  findDemandedLevels,
  holdApproval,
  isApprovalByCost,
  isApprovalNeeded,
  requestApproval,
  voidApproval,
} from "./request-approval.ts";
