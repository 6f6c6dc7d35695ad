import { randomUUID } from "node:crypto";

export interface VendorAnswer {
  status: 200 | 400 | 403 | 404;
  body: Record<string, unknown>;
}

/** The service answers 200 for everything, refusals included. */
export function serviceAnswer(
  code: string,
  message: string,
  fields: VendorAnswer["body"] = {},
): VendorAnswer {
  return { status: 200, body: { Code: code, Message: message, RequestId: requestId(), ...fields } };
}

/** The gateway in front of it uses HTTP statuses. */
export function gatewayError(status: 400 | 403 | 404, code: string, message: string): VendorAnswer {
  const requestIdOfError = requestId();
  return {
    status,
    body: {
      RequestId: requestIdOfError,
      HostId: "dysmsapi.aliyuncs.com",
      Code: code,
      Message: message,
      Recommend: `https://api.aliyun.com/troubleshoot?q=${code}`,
    },
  };
}

function requestId(): string {
  return randomUUID().toUpperCase();
}
