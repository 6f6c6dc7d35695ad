import type { Account } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";
import { listTemplates } from "./templates.ts";

type Fields = Record<string, unknown>;

/** The ID of the account's own signature. */
export const SIGN_ID = 1110;

const COMMON = { International: 0, CreateTime: 1_717_380_154 };

/** Signatures are given by ID only. */
export function describeSmsSignList({ signName }: Account, fields: Fields): VendorAnswer {
  const unknown = unknownParameter(fields, ["International", "SignIdSet"]);
  if (unknown) return unknown;
  const { International: international, SignIdSet: ids } = fields;
  if (international !== 0 && international !== 1) return refusal("MissingParameter");
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > 100) return refusal("MissingParameter");
  const signs = [
    { SignId: SIGN_ID, SignName: signName, StatusCode: 0, ReviewReply: "" },
    { SignId: SIGN_ID + 1, SignName: "知行", StatusCode: -1, ReviewReply: "资质不全" },
  ];
  const found = international === 0 ? signs.filter(({ SignId }) => ids.includes(SignId)) : [];
  return answer({ DescribeSignListStatusSet: found.map((sign) => ({ ...COMMON, ...sign })) });
}

/** Without IDs a page of all, which the vendor does not count. */
export function describeSmsTemplateList(furtherCount: number, fields: Fields): VendorAnswer {
  const unknown = unknownParameter(fields, ["International", "TemplateIdSet", "Limit", "Offset"]);
  if (unknown) return unknown;
  const { International: international, Limit: limit, Offset: offset } = fields;
  if (international !== 0 && international !== 1) return refusal("MissingParameter");
  if (!isCount(limit) || limit > 100 || !isCount(offset))
    return refusal("InvalidParameterValue.LimitVerifyFail");
  const templates = international === 0 ? listTemplates(furtherCount).slice(offset, offset + limit) : [];
  return answer({ DescribeTemplateStatusSet: templates.map((template) => ({ ...COMMON, ...template })) });
}

function unknownParameter(fields: Fields, known: string[]): VendorAnswer | undefined {
  const odd = Object.keys(fields).find((name) => !known.includes(name));
  return odd === undefined
    ? undefined
    : refusal("UnknownParameter", `The parameter ${odd} is not recognized.`);
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;
