/** What the vendor answers: 200 if all is well and never otherwise. */
export interface VendorAnswer {
  status: 200 | 400 | 401 | 403 | 404 | 405 | 429;
  body: Record<string, unknown> | "";
}

const STATUSES: Record<number, VendorAnswer["status"]> = {
  1001: 405,
  1004: 401,
  2002: 429,
  2003: 403,
  2006: 403,
};

export const answer = (body: VendorAnswer["body"]): VendorAnswer => ({ status: 200, body });

export function refusal(code: number, message = `模拟器拒绝：${code}`): VendorAnswer {
  return { status: STATUSES[code] ?? 400, body: { error: { code, message } } };
}
