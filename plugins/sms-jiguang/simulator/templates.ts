type Kind = "verification" | "notice";

/** What the vendor says of a template: under review, approved, refused. */
type ReviewStatus = 0 | 1 | 2;

interface Template {
  text: string;
  kind: Kind;
  status: ReviewStatus;
}

const approved = (text: string, kind: Kind = "notice"): Template => ({ text, kind, status: 1 });

/** Templates of the simulated app. */
const TEMPLATES = new Map<number, Template>([
  [1001, approved("您的验证码是{{code}}，5 分钟内有效，请勿告诉他人。", "verification")],
  [1002, approved("{{name}}您好，{{content}}")],
  [1003, approved("通知：{{content}}")],
  [1004, approved("{{name}}同学，{{course}}将于{{time}}在{{place}}上课，请准时参加。")],
  [1005, approved("{{user_name}}同学，您的{{course}}出勤率为{{rate}}，请及时联系辅导员。")],
  [1008, { text: "{{name}}您好，您的快递到了。", kind: "notice", status: 0 }],
  [1009, { text: "恭喜{{name}}，点击领取。", kind: "notice", status: 2 }],
]);

/** IDs from here on do not exist. */
const FIRST_UNKNOWN = 404_000;

/** What a template that is not approved is refused with. */
const UNAPPROVED = { 0: 50020, 2: 50021 };

/** Any other ID counts as approved, so that a demo can bring its own; its wording is not known here. */
export function findTemplate(id: number): Template | undefined {
  if (!Number.isSafeInteger(id) || id < 1 || id >= FIRST_UNKNOWN) return undefined;
  return TEMPLATES.get(id) ?? approved("{{content}}");
}

/** The text that a phone shows, or the vendor's code for why there is none. */
export function renderTemplate(
  templateId: number,
  parameters: Record<string, unknown>,
  isBatch: boolean,
): { text: string } | { refusal: number } {
  const template = findTemplate(templateId);
  if (!template) return { refusal: 50013 };
  if (template.status !== 1) return { refusal: UNAPPROVED[template.status] };
  const values = Object.values(parameters);
  if (values.some((value) => typeof value !== "string")) return { refusal: 50007 };
  if (values.some((value) => value === "")) return { refusal: 50023 };
  if (values.some((value) => /[【】]/.test(String(value)))) return { refusal: 50054 };
  if (!TEMPLATES.has(templateId)) return { text: values.join("，") || String(templateId) };
  if (isBatch && template.kind === "verification") return { refusal: 50025 };
  const names = [...template.text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
  if (!names.every((name) => Object.hasOwn(parameters, name))) return { refusal: 50022 };
  return { text: template.text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(parameters[name])) };
}
