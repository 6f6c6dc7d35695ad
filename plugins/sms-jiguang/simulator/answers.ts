/** What the vendor answers: 200 with a body of each call's own, or an error. */
export interface VendorAnswer {
  status: 200 | 400 | 401 | 403 | 404;
  body: Record<string, unknown>;
}

const STATUSES: Record<number, VendorAnswer["status"]> = {
  50001: 400,
  50002: 401,
  50003: 400,
  50004: 400,
  50005: 400,
  50016: 404,
};

export const answer = (body: VendorAnswer["body"]): VendorAnswer => ({ status: 200, body });

export function refusal(code: number, message = `模拟器拒绝：${code}`): VendorAnswer {
  return { status: STATUSES[code] ?? 403, body: { error: { code, message } } };
}
