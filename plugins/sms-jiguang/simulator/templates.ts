type Kind = "verification" | "notice";

/** Approved templates of the simulated app. */
const TEMPLATES = new Map<number, { text: string; kind: Kind }>([
  [1001, { text: "您的验证码是{{code}}，5 分钟内有效，请勿告诉他人。", kind: "verification" }],
  [1002, { text: "{{name}}您好，{{content}}", kind: "notice" }],
  [1003, { text: "通知：{{content}}", kind: "notice" }],
  [1004, { text: "{{name}}同学，{{course}}将于{{time}}在{{place}}上课，请准时参加。", kind: "notice" }],
  [1005, { text: "{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。", kind: "notice" }],
]);

/** IDs from here on do not exist. */
const FIRST_UNKNOWN = 404_000;

/** The text that a phone shows, or the vendor's code for why there is none. */
export function renderTemplate(
  templateId: number,
  parameters: Record<string, unknown>,
  isBatch: boolean,
): { text: string } | { refusal: number } {
  if (templateId >= FIRST_UNKNOWN) return { refusal: 50013 };
  const values = Object.values(parameters);
  if (values.some((value) => typeof value !== "string")) return { refusal: 50007 };
  if (values.some((value) => value === "")) return { refusal: 50023 };
  if (values.some((value) => /[【】]/.test(String(value)))) return { refusal: 50054 };
  const template = TEMPLATES.get(templateId);
  // Any other ID counts as approved, so that a demo can bring its own; its wording is not known here.
  if (!template) return { text: values.join("，") || String(templateId) };
  if (isBatch && template.kind === "verification") return { refusal: 50025 };
  const names = [...template.text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
  if (!names.every((name) => Object.hasOwn(parameters, name))) return { refusal: 50022 };
  return { text: template.text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(parameters[name])) };
}
