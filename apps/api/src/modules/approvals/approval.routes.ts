import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  ApprovalFlow,
  ApprovalRequestDetail,
  ApprovalRequestPage,
  ApprovalRequestParam,
  ApprovalRequestQuery,
  DecideApprovalBody,
  readFlow,
  SaveApprovalFlowBody,
  toApprovalFlow,
  toApprovalRequest,
  toApprovalRequestDetail,
} from "./approval.schemas.ts";
import type { ApprovalFlowService } from "./approval-flow.service.ts";
import type { ApprovalRequestService } from "./approval-request.service.ts";

const tags = ["Approvals"];

const getApprovalFlow = createRoute({
  method: "get",
  path: "/v1/approval-flow",
  operationId: "getApprovalFlow",
  tags,
  summary: "Read the tenant's approval flow; it is off until one is set up",
  ...access("read", "ApprovalFlow"),
  responses: { 200: json(ApprovalFlow, "The flow"), ...problems() },
});

const saveApprovalFlow = createRoute({
  method: "put",
  path: "/v1/approval-flow",
  operationId: "saveApprovalFlow",
  tags,
  summary: "Set up the tenant's approval flow; requests under way keep theirs",
  ...access("update", "ApprovalFlow"),
  request: { body: jsonBody(SaveApprovalFlowBody) },
  responses: { 200: json(ApprovalFlow, "The flow as it is now"), ...problems(400, 413, 415) },
});

const listApprovalRequests = createRoute({
  method: "get",
  path: "/v1/approval-requests",
  operationId: "listApprovalRequests",
  tags,
  summary: "List approval requests, newest first",
  ...access("read", "ApprovalRequest"),
  request: { query: ApprovalRequestQuery },
  responses: { 200: json(ApprovalRequestPage, "A page of approval requests"), ...problems() },
});

const getApprovalRequest = createRoute({
  method: "get",
  path: "/v1/approval-requests/{requestId}",
  operationId: "getApprovalRequest",
  tags,
  summary: "Read an approval request with its decisions",
  ...access("read", "ApprovalRequest"),
  request: { params: ApprovalRequestParam },
  responses: { 200: json(ApprovalRequestDetail, "The approval request"), ...problems(404) },
});

const decideApprovalRequest = createRoute({
  method: "post",
  path: "/v1/approval-requests/{requestId}/decisions",
  operationId: "decideApprovalRequest",
  tags,
  summary: "Approve or reject what was seen",
  ...access("approve", "ApprovalRequest"),
  request: { params: ApprovalRequestParam, body: jsonBody(DecideApprovalBody) },
  responses: {
    201: json(ApprovalRequestDetail, "The approval request after the decision"),
    ...problems(400, 404, 409, 413, 415),
  },
});

export function approvalRoutes(flows: ApprovalFlowService, requests: ApprovalRequestService): Router {
  const router = createRouter();

  router.openapi(getApprovalFlow, async (c) => {
    const flow = await flows.getApprovalFlow(c.get("ctx"));
    return c.json(toApprovalFlow(flow), 200);
  });

  router.openapi(saveApprovalFlow, async (c) => {
    const flow = await flows.saveApprovalFlow(c.get("ctx"), readFlow(c.req.valid("json")));
    return c.json(toApprovalFlow(flow), 200);
  });

  router.openapi(listApprovalRequests, async (c) => {
    const page = await requests.listApprovalRequests(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toApprovalRequest) }, 200);
  });

  router.openapi(getApprovalRequest, async (c) => {
    const request = await requests.getApprovalRequest(c.get("ctx"), c.req.valid("param").requestId);
    return c.json(toApprovalRequestDetail(request), 200);
  });

  router.openapi(decideApprovalRequest, async (c) => {
    const { requestId } = c.req.valid("param");
    const request = await requests.decideApprovalRequest(c.get("ctx"), requestId, c.req.valid("json"));
    return c.json(toApprovalRequestDetail(request), 201);
  });

  return router;
}
