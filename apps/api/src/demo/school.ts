/** The demo tenant: a school with a few sources, people and texts. Plain data; `seed.ts` puts it in place. */

export const SCHOOL = {
  code: "zhixing",
  name: "知行学校",
  timeZone: "Asia/Shanghai",
  locale: "zh-CN",
} as const;

export const OWNER = { email: "owner@zhixing.example", name: "王校长", roleCode: "owner" } as const;
/** The second owner is there so that the level of the owners can decide about what the first one writes. */
export const MEMBERS = [
  { email: "deputy@zhixing.example", name: "陈副校长", roleCode: "owner" },
  { email: "operator@zhixing.example", name: "李老师", roleCode: "operator" },
  { email: "reviewer@zhixing.example", name: "赵主任", roleCode: "reviewer" },
] as const;
/** Who runs the demo installation: two, for what needs four eyes. They are members of a tenant that does nothing else. */
export const OPERATIONS = {
  code: "operations",
  name: "平台运营",
  timeZone: "Asia/Shanghai",
  locale: "zh-CN",
} as const;
export const OPERATORS = [
  { email: "operator1@platform.example", name: "孙运营" },
  { email: "operator2@platform.example", name: "周运营" },
] as const;

/** Known to everybody, and only ever used on tenants that this seed made. */
export const PASSWORD = "tidings-demo-2026";

export const SOURCES = [
  { code: "academic-affairs", name: "教务系统" },
  { code: "fees", name: "缴费系统" },
];

/** The channel without a vendor: this installation keeps the inboxes. */
export const INBOX = {
  pluginId: "tidings/inbox",
  kind: "inbox",
  code: "school-inbox",
  name: "校园站内信",
  keepDays: 90,
  notice: {
    title: "{{course}}出勤提醒",
    body: "{{user_name}}同学，您本学期的{{course}}出勤率为{{rate}}，已低于学校要求。请在本周内联系辅导员说明情况。",
  },
};

const NAMES = [
  ["2024001", "张伟", "2024级", "一班"],
  ["2024002", "王芳", "2024级", "一班"],
  ["2024003", "李娜", "2024级", "一班"],
  ["2024004", "刘洋", "2024级", "一班"],
  ["2024005", "陈静", "2024级", "二班"],
  ["2024006", "杨帆", "2024级", "二班"],
  ["2024007", "赵敏", "2024级", "二班"],
  ["2024008", "黄磊", "2024级", "二班"],
  ["2023001", "周杰", "2023级", "一班"],
  ["2023002", "吴倩", "2023级", "一班"],
  ["2023003", "徐亮", "2023级", "一班"],
  ["2023004", "孙悦", "2023级", "一班"],
  ["2023005", "胡斌", "2023级", "二班"],
  ["2023006", "朱琳", "2023级", "二班"],
  ["2023007", "高翔", "2023级", "二班"],
  ["2023008", "林雪", "2023级", "二班"],
  ["2022001", "何勇", "2022级", "一班"],
  ["2022002", "郭婷", "2022级", "一班"],
  ["2022003", "马超", "2022级", "一班"],
  ["2022004", "罗兰", "2022级", "一班"],
] as const;

/** The school's tree by code; a parent stands before what hangs below it. */
export const DEPARTMENTS = [
  { code: "students", name: "在校生", parent: null },
  ...["2022级", "2023级", "2024级"].flatMap((grade) => [
    { code: grade.slice(0, 4), name: grade, parent: "students" },
    ...["一班", "二班"].map((name, index) => ({
      code: classCode(grade, index),
      name,
      parent: grade.slice(0, 4),
    })),
  ]),
];

function classCode(grade: string, index: number): string {
  return `${grade.slice(0, 4)}-${index + 1}`;
}

/** One student has no phone, so that the demo shows why somebody was not reached. */
const WITHOUT_PHONE = "2022004";
/** At no vendor does anything arrive at this one's, so that it shows what is done about it. */
export const UNREACHABLE = "2022003";

export const USERS = NAMES.map(([userId, name, grade, className], index) => ({
  userId,
  name,
  attributes: { grade, class: className },
  departments: [classCode(grade, className === "一班" ? 0 : 1)],
  tags: [grade, ...(index % 3 === 0 ? ["住校生"] : [])],
  identities: [
    ...(userId === WITHOUT_PHONE ? [] : [{ kind: "sms", address: `+86152131301${String(index + 11)}` }]),
    { kind: "email", address: `s${userId}@zhixing.example` },
  ],
}));

export const SEGMENT = {
  name: "2024级住校生",
  rule: { all: [{ attribute: "grade", op: "eq", value: "2024级" }, { hasTag: "住校生" }] },
};

/** The templates with the channel kinds that each has a text for; all kinds unless said. */
export const TEMPLATES = [
  { code: "attendance-warning", name: "出勤提醒", kinds: ["sms", "email"] },
  { code: "attendance-everywhere", name: "全通道通知" },
];
/** The texts are the channels' own; one who follows a link in them is seen to have clicked. */
export const TEMPLATE_VERSION = {
  tracking: { links: true, opens: false },
  variables: [
    { name: "user_name", type: "text", required: true, example: "张伟" },
    { name: "user_id", type: "text", required: false, example: "2024001" },
    { name: "course", type: "text", required: true, example: "高等数学" },
    { name: "rate", type: "text", required: true, example: "72%" },
  ],
};
/** Where a student's own page is. */
export const studentLink = (publicUrl: string) => `${publicUrl}/users/{{user_id}}`;

/** The channels that are made first: what a list of channels or kinds begins with. */
export const MAIN_CHANNELS = ["school-sms", "school-mail"];

/** What a unit costs on the channels that cost something, as they are made. */
export const PRICES: Record<string, { amount: string; currency: string }> = {
  "school-sms": { amount: "0.045", currency: "CNY" },
};

export const POLICY_NAME = "短信未送达 1 分钟后补发邮件";
export const FALLBACK_SECONDS = 60;

/** The message that a first start sends. */
export const FIRST_MESSAGE = {
  audience: { kind: "tags", any: ["2024级", "2022级"], all: [], not: [] },
  template: "attendance-warning",
  variables: { course: "高等数学", rate: "72%" },
};

/** What lies in the inboxes at a first start. */
export const NOTICES = [
  {
    key: "demo-notice-library",
    title: "图书馆开放时间调整",
    body: "本周起图书馆周末开放至 21:00，欢迎同学们前来自习。",
    link: "/",
  },
  {
    key: "demo-notice-safety",
    title: "寒假安全须知",
    body: "放假期间请注意交通和用电安全，外出请提前告知家长。请仔细阅读，并点击“确认已读”。",
    confirmation: "required",
  },
];
export const NOTICES_AUDIENCE = { kind: "tags", any: ["2024级"], all: [], not: [] };
