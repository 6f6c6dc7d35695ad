interface Template {
  text: string;
  isVerification?: boolean;
}

/** Approved templates of the simulated account. */
const TEMPLATES = new Map<string, Template>([
  ["1110001", { text: "您的验证码是{1}，5 分钟内有效，请勿告诉他人。", isVerification: true }],
  ["1110002", { text: "{1}您好，{2}" }],
  ["1110003", { text: "【通知】{1}" }],
  ["1110004", { text: "{1}同学，{2}将于{3}在{4}上课，请准时参加。" }],
  ["1110005", { text: "{1}同学，您的{2}出勤率为{3}，请及时联系辅导员。" }],
]);

/** IDs that start like this are not approved. */
const REFUSED_PREFIX = "404";

/** The text that a phone shows, or the vendor's code for why there is none. */
export function renderTemplate(
  templateId: string,
  parameters: string[],
): { text: string } | { refusal: string } {
  if (!/^\d+$/.test(templateId) || templateId.startsWith(REFUSED_PREFIX)) {
    return { refusal: "FailedOperation.TemplateUnapprovedOrNotExist" };
  }
  if (parameters.some((value) => /https?:\/\//i.test(value))) {
    return { refusal: "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter" };
  }
  const template = TEMPLATES.get(templateId);
  // Any other ID counts as approved, so that a demo can bring its own; its wording is not known here.
  if (!template) return { text: parameters.join("，") || templateId };
  if (template.isVerification && parameters.some((value) => !/^\d{0,6}$/.test(value))) {
    return { refusal: "InvalidParameterValue.TemplateParameterFormatError" };
  }
  const count = template.text.match(/\{\d\}/g)?.length ?? 0;
  if (count !== parameters.length) {
    return { refusal: "FailedOperation.TemplateParamSetNotMatchApprovedTemplate" };
  }
  return {
    text: template.text.replace(/\{(\d)\}/g, (_, place: string) => parameters[Number(place) - 1] ?? ""),
  };
}

/** What the account's list of templates says of each. */
export function listTemplates(furtherCount: number): Record<string, unknown>[] {
  const approved = [...TEMPLATES].map(([id, { text }]) => templateOf(Number(id), text, 0));
  const further = Array.from({ length: furtherCount }, (_, index) =>
    templateOf(2_000_000 + index, "{1}您好", 0),
  );
  return [
    ...approved,
    templateOf(1_110_008, "{1}同学，您的快递到了。", 1),
    { ...templateOf(4_040_001, "恭喜中奖，{1}", -1), ReviewReply: "模板内容涉及营销" },
    ...further,
  ];
}

const templateOf = (id: number, text: string, status: number) => ({
  TemplateId: id,
  TemplateName: `模板 ${String(id).slice(-4)}`,
  TemplateContent: text,
  StatusCode: status,
  ReviewReply: "",
});
