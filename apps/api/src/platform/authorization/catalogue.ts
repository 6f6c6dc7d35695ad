/** What can be done. `manage` and `all` are CASL's wildcards. */
export const ACTIONS = [
  "read",
  "create",
  "update",
  "delete",
  "send",
  "approve",
  "publish",
  "manage",
] as const;
export type Action = (typeof ACTIONS)[number];

/** What it can be done to. */
export const SUBJECTS = [
  "ApprovalFlow",
  "ApprovalRequest",
  "AuditEntry",
  "Channel",
  "Department",
  "Member",
  "Message",
  "Plugin",
  "Policy",
  "Quota",
  "RecipientList",
  "Role",
  "Segment",
  "Source",
  "Statistics",
  "Suppression",
  "Tag",
  "Template",
  "Tenant",
  "User",
  "all",
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** One permission: a CASL raw rule without conditions. */
export interface Permission {
  action: Action | Action[];
  subject: Subject | Subject[];
}

/** The roles that every new tenant starts with. */
export const BUILT_IN_ROLES: { code: string; name: string; permissions: Permission[] }[] = [
  { code: "owner", name: "所有者", permissions: [{ action: "manage", subject: "all" }] },
  {
    code: "operator",
    name: "运营",
    permissions: [
      {
        action: ["read", "create", "update", "delete"],
        subject: [
          "User",
          "Department",
          "Tag",
          "Segment",
          "Suppression",
          "RecipientList",
          "Template",
          "Policy",
        ],
      },
      { action: "publish", subject: "Template" },
      { action: ["read", "send"], subject: "Message" },
      {
        action: "read",
        subject: [
          "Source",
          "Channel",
          "Plugin",
          "ApprovalFlow",
          "ApprovalRequest",
          "Role",
          "Statistics",
          "Quota",
        ],
      },
    ],
  },
  {
    code: "reviewer",
    name: "审核员",
    permissions: [
      { action: ["read", "approve"], subject: "ApprovalRequest" },
      {
        action: "read",
        subject: [
          "ApprovalFlow",
          "Message",
          "Template",
          "Policy",
          "Source",
          "Channel",
          "Plugin",
          "Role",
          "Statistics",
          "Suppression",
          "RecipientList",
        ],
      },
    ],
  },
];

/** What a source's API key allows, always within its own grants and its own messages. */
export const SOURCE_PERMISSIONS: Permission[] = [
  { action: ["read", "send"], subject: "Message" },
  {
    action: ["read", "create", "update", "delete"],
    subject: ["User", "Department", "Tag", "RecipientList"],
  },
  { action: ["read", "create", "delete"], subject: "Suppression" },
  { action: "read", subject: ["Segment", "Channel", "Template", "Policy", "Statistics"] },
];
