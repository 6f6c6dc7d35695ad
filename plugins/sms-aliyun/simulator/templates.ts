/** Approved templates of the simulated account; the vendor itself writes `${name}` for what is `{name}` here. */
const TEMPLATES = new Map([
  ["SMS_100001", "您的验证码是 {code}，5 分钟内有效，请勿告诉他人。"],
  ["SMS_100002", "{name}您好，{content}"],
  ["SMS_100003", "【通知】{content}"],
  ["SMS_100005", "{user_name}同学，您的{course}出勤率为{rate}，请及时联系辅导员。"],
  ["SMS_100004", "{name}同学，{course}将于{time}在{place}上课，请准时参加。"],
]);

/** Codes that start like this are not approved. */
const REFUSED_PREFIX = "SMS_404";

/** The text that a phone shows, or the vendor's code for why there is none. */
export function renderTemplate(
  templateCode: string,
  params: Record<string, string>,
): { text: string } | { refusal: string } {
  if (!/^SMS_\d+$/.test(templateCode) || templateCode.startsWith(REFUSED_PREFIX)) {
    return { refusal: "isv.SMS_TEMPLATE_ILLEGAL" };
  }
  const template = TEMPLATES.get(templateCode);
  // Any other code counts as approved, so that a demo can bring its own; its wording is not known here.
  if (template === undefined) return { text: describeParams(templateCode, params) };
  const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  if (names.some((name) => params[name] === undefined)) return { refusal: "isv.TEMPLATE_MISSING_PARAMETERS" };
  return { text: template.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "") };
}

/** What the account's list of templates says of each. */
export function listTemplates(furtherCount: number): Record<string, unknown>[] {
  const approved = [...TEMPLATES].map(([code, text]) => templateOf(code, text, "AUDIT_STATE_PASS"));
  const further = Array.from({ length: furtherCount }, (_, index) =>
    templateOf(`SMS_2${String(index).padStart(5, "0")}`, "您好，{content}", "AUDIT_STATE_PASS"),
  );
  return [
    ...approved,
    templateOf("SMS_100008", "{name}同学，您的快递到了。", "AUDIT_STATE_INIT"),
    {
      ...templateOf("SMS_404001", "恭喜中奖，{content}", "AUDIT_STATE_NOT_PASS"),
      Reason: { RejectDate: "2024-06-04 09:12:00", RejectInfo: "模板内容涉及营销", RejectSubInfo: "" },
    },
    ...further,
  ];
}

const templateOf = (code: string, text: string, status: string) => ({
  TemplateCode: code,
  TemplateName: `模板 ${code.slice(-4)}`,
  TemplateContent: text.replaceAll("{", "${"),
  TemplateType: 1,
  AuditStatus: status,
});

function describeParams(templateCode: string, params: Record<string, string>): string {
  const values = Object.entries(params).map(([name, value]) => `${name}：${value}`);
  return values.length > 0 ? values.join("，") : templateCode;
}
