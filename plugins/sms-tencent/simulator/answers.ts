import { randomUUID } from "node:crypto";

/** What the vendor answers, with HTTP status 200 whatever it says. */
export interface VendorAnswer {
  Response: Record<string, unknown>;
}

export function answer(fields: Record<string, unknown>): VendorAnswer {
  return { Response: { ...fields, RequestId: randomUUID() } };
}

export function refusal(code: string, message = `模拟器拒绝：${code}`): VendorAnswer {
  return answer({ Error: { Code: code, Message: message } });
}
