import type { School } from "./school.ts";

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const inDays = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString().slice(0, 10);

const QUIET_NIGHT = {
  timeZone: "Asia/Shanghai",
  windows: [{ from: "22:00", to: "07:00", weekdays: [1, 2, 3, 4, 5] }],
};

const NO_GRANTS = { hosts: [], settingsHosts: [], secrets: [], abilities: ["send"] };

/**
 * A valid body for every operation that takes one, by operation id. `unique` tells two uses apart. A new operation
 * needs an entry: the batteries over all routes are made from these.
 */
export const SAMPLES: Record<string, (school: School, unique: string) => object> = {
  saveApprovalFlow: (school) => ({
    name: "审核",
    state: "off",
    conditions: { sourceIds: [school.sourceId], composed: false },
    levels: [{ name: "一级", roleIds: [school.roleIds.reviewer], mode: "any" }],
  }),
  createDepartment: (_, unique) => ({ name: `部门 ${unique}`, code: `d-${unique}`, parentId: null }),
  updateDepartment: (_, unique) => ({ name: `部门 ${unique}`, code: null }),
  createSegment: (_, unique) => ({
    name: `分群 ${unique}`,
    rule: {
      all: [
        { attribute: "grade", op: "in", value: [1, 2] },
        {
          any: [
            { attribute: "room", op: "eq", value: "A" },
            { attribute: "score", op: "gte", value: 60 },
          ],
        },
        { not: { attribute: "left", op: "exists" } },
      ],
    },
  }),
  saveSegment: (school, unique) => SAMPLES.createSegment?.(school, unique) ?? {},
  previewSegment: () => ({ rule: { attribute: "grade", op: "ne", value: 3 } }),
  decideApprovalRequest: () => ({ decision: "approve", contentHash: "0".repeat(64) }),
  createChannel: (school, unique) => ({
    code: `c-${unique}`,
    name: `渠道 ${unique}`,
    pluginId: "test/courier",
    settings: { url: school.installation.vendor.url },
    secrets: { token: "t" },
    state: "on",
  }),
  updateChannel: (_, unique) => ({ name: `渠道 ${unique}` }),
  previewChannel: () => ({
    content: { text: "{{content}}" },
    variables: { content: "x" },
    address: "device-1",
  }),
  testSend: () => ({ content: { text: "{{content}}" }, variables: { content: "x" }, address: "device-1" }),
  changePassword: () => ({ currentPassword: "not-my-password", newPassword: "another-password" }),
  createMember: (school, unique) => ({
    email: `${unique}@school.example`,
    name: unique,
    roleId: school.roleIds.operator,
    password: "first-password",
  }),
  updateMember: () => ({ name: "新名字" }),
  sendMessage: () => ({
    audience: { kind: "users", userIds: ["u-1"] },
    channels: ["courier"],
    content: { push: { text: "{{content}}" } },
    variables: { content: "x" },
    priority: 2,
  }),
  explainMessage: (school, unique) => ({ ...SAMPLES.sendMessage?.(school, unique), explainUser: "u-1" }),
  countAudience: () => ({ audience: { kind: "users", userIds: ["u-1"] } }),
  cancelMessageForUsers: () => ({ userIds: ["u-1"] }),
  updateMessage: () => ({
    schedule: { at: inAnHour(), timeZone: "Asia/Shanghai" },
  }),
  createSeries: (school, unique) => ({
    ...SAMPLES.sendMessage?.(school, unique),
    schedule: { at: inAnHour(), timeZone: "Asia/Shanghai", repeat: { kind: "daily", until: inDays(5) } },
  }),
  previewSeries: () => ({
    schedule: {
      at: inAnHour(),
      timeZone: "Asia/Shanghai",
      repeat: { kind: "weekly", weekdays: [1, 3], until: inDays(30) },
    },
  }),
  resendDelivery: () => ({ force: false }),
  replayMessage: () => ({ state: ["failed"] }),
  reportAllowances: (_, unique) => ({
    changes: [
      {
        id: `answer-${unique}`,
        address: "u-1",
        subject: "tpl-1",
        change: "granted",
        at: new Date().toISOString(),
      },
    ],
  }),
  createInboxToken: () => ({ userId: "u-1", expiresInSeconds: 60 }),
  createPublisher: (_, unique) => ({ slug: `p-${unique}`, name: "Acme", contact: "security@acme.example" }),
  addPublisherKey: () => ({ publicKey: `${"A".repeat(43)}=` }),
  invitePublisherLogin: (_, unique) => ({ email: `${unique}@acme.example` }),
  createPublisherToken: () => ({ name: "CI", validDays: 30 }),
  createSubmission: () => ({
    archive: "AAAA",
    envelope: {
      payloadType: "application/json",
      payload: "AAAA",
      signatures: [{ role: "publisher", keyId: "0".repeat(16), signature: "AAAA" }],
    },
  }),
  changePublisher: () => ({ state: "suspended", reason: "滥用" }),
  reviewListing: () => ({ verdict: "refused", comment: "说明不清" }),
  changeListingLabels: () => ({ add: ["verified"], remove: [], reason: "已核实" }),
  withdrawListing: () => ({ reason: "发布者要求" }),
  blockPackage: () => ({ sha256: "0".repeat(64), reason: "调查中" }),
  saveMarketplacePolicy: () => ({
    grades: ["bronze", "silver", "gold"],
    minimumReleaseAgeHours: 48,
    fourEyes: false,
    allowListOnly: false,
  }),
  savePluginAllowances: () => ({ pluginIds: ["acme/sms"] }),
  inspectRegistry: () => ({ url: "https://127.0.0.1/" }),
  addRegistry: (_, unique) => ({
    name: `市场 ${unique}`,
    url: "https://127.0.0.1/",
    publicKeys: [`${"A".repeat(43)}=`],
  }),
  changeRegistry: () => ({ isOn: false }),
  orderRegistries: () => ({ registryIds: ["reg_00000000000000000000000000"] }),
  createPolicy: (school, unique) => ({
    name: `策略 ${unique}`,
    steps: [
      { channelIds: [school.channels.courier.id] },
      { channelIds: [school.channels.sms.id], when: "unread", afterSeconds: 60 },
    ],
  }),
  savePolicy: (school, unique) => SAMPLES.createPolicy?.(school, unique) ?? {},
  simulatePolicy: (school) => ({
    steps: [
      { channelIds: [school.channels.courier.id] },
      { channelIds: [school.channels.sms.id], when: "unread", afterSeconds: 60 },
    ],
    channels: [{ channelId: school.channels.courier.id, readAfterSeconds: 59 }],
  }),
  createSession: () => ({ email: "nobody@school.example", password: "wrong-password" }),
  switchTenant: () => ({ tenantId: "ten_00000000000000000000000000" }),
  createSource: (_, unique) => ({ code: `s-${unique}`, name: `系统 ${unique}` }),
  updateSource: (_, unique) => ({ name: `系统 ${unique}` }),
  rotateApiKey: () => ({ overlapSeconds: 60 }),
  createCallbackEndpoint: (_, unique) => ({
    url: `https://callbacks.invalid/${unique}`,
    eventTypes: ["delivered", "failed"],
  }),
  updateCallbackEndpoint: () => ({ eventTypes: ["read"], state: "off" }),
  rotateCallbackSecret: () => ({ overlapSeconds: 60 }),
  createSuppression: (school, unique) => ({
    kind: "push",
    address: `gone-${unique}`,
    sourceId: school.sourceId,
    origin: "hard_bounce",
    code: "gone",
    note: "停用",
    expiresAt: `${inDays(30)}T00:00:00Z`,
  }),
  createSuppressions: (school, unique) => ({
    suppressions: [SAMPLES.createSuppression?.(school, unique), { userId: "u-1", kind: "sms" }],
  }),
  lookUpSuppressions: (school) => ({ userId: "u-1", kind: "push", sourceId: school.sourceId }),
  createRecipientList: (_, unique) => ({ name: `名单 ${unique}`, note: "备注" }),
  updateRecipientList: (_, unique) => ({ name: `名单 ${unique}`, note: "备注" }),
  addRecipientListEntries: (_, unique) => ({
    entries: [{ userId: "u-1" }, { kind: "push", address: `d-${unique}` }],
  }),
  removeRecipientListEntries: () => ({
    entries: [{ id: "999" }, { userId: "u-2" }, { kind: "push", address: "nobody" }],
  }),
  saveQuietHours: () => ({
    ofTenant: QUIET_NIGHT,
    ofCategories: { marketing: { ...QUIET_NIGHT, windows: [] } },
  }),
  saveUserQuietHours: () => QUIET_NIGHT,
  saveFrequencyCaps: () => ({
    items: [
      { limit: 5, hours: 24 },
      { limit: 1, hours: 168, channelKind: "push", category: "marketing" },
    ],
  }),
  createTag: (_, unique) => ({ name: `标签 ${unique}` }),
  renameTag: (_, unique) => ({ name: `标签 ${unique}` }),
  createTemplate: (_, unique) => ({ code: `t-${unique}`, name: `模板 ${unique}` }),
  renameTemplate: (_, unique) => ({ name: `模板 ${unique}` }),
  previewTemplate: () => ({ kind: "push", variables: { content: "x" } }),
  saveTemplateVersion: () => ({
    variables: [{ name: "content", type: "text", required: true, example: "x" }],
    renderings: { push: { text: "{{content}}" } },
  }),
  updateTenant: () => ({ name: "学校", timeZone: "Asia/Shanghai", locale: "zh-CN" }),
  createUser: (school, unique) => ({
    userId: `user-${unique}`,
    name: "张三",
    attributes: { grade: 3, room: "A", boarding: true },
    identities: [
      { kind: "push", address: "d-1" },
      { kind: "push", address: "d-2", scope: { kind: "source", sourceId: school.sourceId } },
      { kind: "push", address: "d-3", scope: { kind: "channel", channelId: school.channels.courier.id } },
    ],
    tags: ["初一"],
    departments: [],
  }),
  saveUsers: (_, unique) => ({ users: [{ userId: `bulk-${unique}`, name: "李四", tags: ["初二"] }] }),
  saveUser: () => ({
    name: "王五",
    attributes: { grade: 1 },
    identities: [{ kind: "push", address: "d-9" }],
  }),
  installPlugin: () => ({ version: "1.0.0", grants: NO_GRANTS }),
  updatePlugin: () => ({ automaticUpgrades: "patch" }),
  checkPluginUpgrade: () => ({ version: "1.1.0" }),
  upgradePlugin: () => ({ version: "1.1.0", grants: NO_GRANTS }),
  setIdentity: () => ({ address: "13800001234", scope: { kind: "all" } }),
};
