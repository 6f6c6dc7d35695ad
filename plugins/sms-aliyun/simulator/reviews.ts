import type { Account } from "./account.ts";
import { serviceAnswer, type VendorAnswer } from "./answers.ts";
import { listTemplates } from "./templates.ts";

type Fields = Record<string, unknown>;

const REFUSED = { RejectDate: "2024-06-04 09:12:00", RejectInfo: "资质不全", RejectSubInfo: "请补充授权书" };

/** The account's signatures: its own, one in review and one that was refused. */
export function querySmsSignList({ signName }: Account, params: URLSearchParams): VendorAnswer {
  const signs = [
    { SignName: signName, AuditStatus: "AUDIT_STATE_PASS" },
    { SignName: `${signName}后勤`, AuditStatus: "AUDIT_STATE_INIT" },
    { SignName: "知行", AuditStatus: "AUDIT_STATE_NOT_PASS", Reason: REFUSED },
  ];
  return pageOf("SmsSignList", signs, params);
}

/** Those with a wording, one in review, one that was refused, and what the account has besides. */
export function querySmsTemplateList(furtherCount: number, params: URLSearchParams): VendorAnswer {
  return pageOf("SmsTemplateList", listTemplates(furtherCount), params);
}

function pageOf(field: string, all: Fields[], params: URLSearchParams): VendorAnswer {
  const page = Number(params.get("PageIndex") ?? 1);
  const size = Number(params.get("PageSize") ?? 10);
  if (!Number.isInteger(page) || page < 1 || !Number.isInteger(size) || size < 1 || size > 50) {
    return serviceAnswer("isv.INVALID_PARAMETERS", "参数异常");
  }
  const items = all
    .slice((page - 1) * size, page * size)
    .map((item, index) => ({ ...item, CreateDate: "2024-06-03 10:02:34", OrderId: `${page}${index}` }));
  return serviceAnswer("OK", "OK", {
    [field]: items,
    TotalCount: all.length,
    CurrentPage: page,
    PageSize: size,
  });
}
