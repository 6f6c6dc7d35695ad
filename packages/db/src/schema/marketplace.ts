import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import {
  accountId,
  bytes,
  createdAt,
  moment,
  publisherId,
  publisherInvitationId,
  publisherTokenId,
  registryId,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { accounts, tenants } from "./tenancy.ts";

/** Who runs the installation: sees to its marketplace, and to nothing inside a tenant. */
export const operators = pgTable("operators", {
  accountId: accountId("account_id")
    .primaryKey()
    .references(() => accounts.id, { onDelete: "cascade" }),
  createdAt: createdAt(),
});

/** What the operator allows; a single row. */
export const marketplacePolicy = pgTable("marketplace_policy", {
  /** Always true. */
  only: boolean("only").primaryKey().default(true),
  /** Grades that tenants may install. */
  grades: text("grades").array().notNull(),
  /** Hours a version has to be out before it may be installed or upgraded to. */
  minimumReleaseAgeHours: integer("minimum_release_age_hours").notNull(),
  /** Whether a version needs two operators before it is listed. */
  fourEyes: boolean("four_eyes").notNull(),
  /** Whether tenants see only what the operator has allowed them. */
  allowListOnly: boolean("allow_list_only").notNull(),
  updatedAt: updatedAt(),
});

/** Who did what to the installation itself: no tenant's, and so in no tenant's log. Rows are only ever added. */
export const installationAuditEntries = pgTable(
  "installation_audit_entries",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    at: moment("at").notNull().defaultNow(),
    /** `member`, `publisher` or `system`. */
    actorKind: text("actor_kind").$type<"member" | "publisher" | "system">().notNull(),
    /** An account, or a publisher whose token was shown. */
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    /** `entity.verb_past`, for example `listing.approved`. */
    action: text("action").notNull(),
    subjectId: text("subject_id").notNull(),
    /** The name a person knows the subject by. */
    subjectName: text("subject_name").notNull(),
    before: jsonb("before"),
    after: jsonb("after"),
    requestId: text("request_id"),
    ipAddress: text("ip_address"),
  },
  (table) => [index().on(table.subjectId)],
);

export const publisherState = pgEnum("publisher_state", ["active", "suspended"]);

/** Who writes plugins: the first part of a plugin's id. */
export const publishers = pgTable("publishers", {
  id: publisherId("id").primaryKey(),
  slug: text("slug").notNull().unique(),
  name: text("name").notNull(),
  /** Where security reports go. */
  contact: text("contact").notNull(),
  state: publisherState("state").notNull().default("active"),
  createdAt: createdAt(),
});

/** The logins that may act for a publisher. */
export const publisherAccounts = pgTable(
  "publisher_accounts",
  {
    publisherId: publisherId("publisher_id")
      .notNull()
      .references(() => publishers.id),
    accountId: accountId("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.publisherId, table.accountId] }), index().on(table.accountId)],
);

/** Whom a publisher has asked to act for it; gone when they have answered. */
export const publisherInvitations = pgTable(
  "publisher_invitations",
  {
    id: publisherInvitationId("id").primaryKey(),
    publisherId: publisherId("publisher_id")
      .notNull()
      .references(() => publishers.id),
    /** Lower case, of a login that there need not be yet. */
    email: text("email").notNull(),
    /** The name of who invited. */
    invitedBy: text("invited_by").notNull(),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [unique().on(table.publisherId, table.email), index().on(table.email)],
);

/** Ed25519 public keys by which a publisher's signatures are checked. */
export const publisherKeys = pgTable(
  "publisher_keys",
  {
    publisherId: publisherId("publisher_id")
      .notNull()
      .references(() => publishers.id),
    /** Of the key itself: the first 16 hexadecimal digits of its SHA-256. */
    keyId: text("key_id").notNull(),
    /** 32 bytes. */
    publicKey: bytes("public_key").notNull(),
    createdAt: createdAt(),
    /** Nothing signed with it is taken from then on; what was listed before stays. */
    revokedAt: moment("revoked_at"),
  },
  (table) => [primaryKey({ columns: [table.publisherId, table.keyId] })],
);

/** What the command line shows instead of a login when it publishes; only the hash is kept. */
export const publisherTokens = pgTable(
  "publisher_tokens",
  {
    id: publisherTokenId("id").primaryKey(),
    publisherId: publisherId("publisher_id")
      .notNull()
      .references(() => publishers.id),
    name: text("name").notNull(),
    tokenHash: bytes("token_hash").notNull().unique(),
    createdAt: createdAt(),
    usedAt: moment("used_at"),
    expiresAt: moment("expires_at").notNull(),
    revokedAt: moment("revoked_at"),
  },
  (table) => [index().on(table.publisherId)],
);

export const registryKind = pgEnum("registry_kind", ["own", "seed", "remote"]);

/** Something that is wrong, as the SDK tells it; see its `Fault`. */
interface StoredFault {
  code: string;
  params: Record<string, string | number>;
  at: { code: string; params: Record<string, string | number> }[];
  detail: string;
}

/** Where listings come from. `own` is this installation's desk, `seed` the folder that ships with it. */
export const registries = pgTable("registries", {
  id: registryId("id").primaryKey(),
  kind: registryKind("kind").notNull(),
  name: text("name").notNull().unique(),
  /** Of a remote one: its base address. */
  url: text("url").unique(),
  /** The lowest wins where several list one plugin. */
  priority: integer("priority").notNull(),
  /** Ed25519 public keys in base64, by which its countersignatures are checked. */
  publicKeys: text("public_keys").array().notNull(),
  isOn: boolean("is_on").notNull().default(true),
  /** Rises with every index it publishes: an older one is refused. */
  sequence: integer("sequence").notNull().default(0),
  syncedAt: moment("synced_at"),
  /** Why the last synchronisation failed: faults, each with code, params and places. */
  failure: jsonb("failure").$type<StoredFault[]>(),
  createdAt: createdAt(),
});

/**
 * The own registry as static files, but for the archives: what the last publication made. Other installations may ask any
 * process and get the same bytes.
 */
export const registryFiles = pgTable("registry_files", {
  /** From the registry's root. */
  path: text("path").primaryKey(),
  content: bytes("content").notNull(),
  /** Hexadecimal, of the content. */
  sha256: text("sha256").notNull(),
  /** Of the index that names the file. */
  sequence: integer("sequence").notNull(),
});

/** A plugin's archive, named by its content. Never changed; checked against its name whenever it is loaded. */
export const pluginPackages = pgTable("plugin_packages", {
  /** Hexadecimal, of the archive. */
  sha256: text("sha256").primaryKey(),
  pluginId: text("plugin_id").notNull(),
  version: text("version").notNull(),
  manifest: jsonb("manifest").$type<Record<string, unknown>>().notNull(),
  archive: bytes("archive").notNull(),
  createdAt: createdAt(),
});

export const listingState = pgEnum("listing_state", [
  "checking",
  "refused",
  "in_review",
  "listed",
  "withdrawn",
]);

/** One version of a plugin in one registry, from its submission on. */
export const pluginListings = pgTable(
  "plugin_listings",
  {
    registryId: registryId("registry_id")
      .notNull()
      .references(() => registries.id),
    /** `publisher/name`. */
    pluginId: text("plugin_id").notNull(),
    /** A semantic version. */
    version: text("version").notNull(),
    sha256: text("sha256")
      .notNull()
      .references(() => pluginPackages.sha256),
    /** The signed statement with the signatures of publisher and registry. */
    envelope: jsonb("envelope").$type<Record<string, unknown>>().notNull(),
    state: listingState("state").notNull(),
    /** Of the checks: `bronze`, `silver` or `gold`; null while they have not run. */
    grade: text("grade"),
    /** `verified`, `deprecated`, `vulnerable`, `malicious`. */
    labels: text("labels").array().notNull().default([]),
    /** What the checks found, for publisher and reviewers. */
    report: jsonb("report").$type<Record<string, unknown>>(),
    submittedAt: moment("submitted_at").notNull().defaultNow(),
    listedAt: moment("listed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.registryId, table.pluginId, table.version] }),
    index().on(table.pluginId),
    index().on(table.state),
    index().on(table.sha256),
  ],
);

/** What operators said about a submission. */
export const pluginReviews = pgTable(
  "plugin_reviews",
  {
    registryId: registryId("registry_id").notNull(),
    pluginId: text("plugin_id").notNull(),
    version: text("version").notNull(),
    accountId: accountId("account_id")
      .notNull()
      .references(() => accounts.id),
    verdict: text("verdict").$type<"approved" | "refused">().notNull(),
    comment: text("comment"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.registryId, table.pluginId, table.version, table.accountId] }),
    index().on(table.accountId),
    foreignKey({
      columns: [table.registryId, table.pluginId, table.version],
      foreignColumns: [pluginListings.registryId, pluginListings.pluginId, pluginListings.version],
    }),
  ],
);

/** Code that nobody may run, for every process of the installation: the kill switch. */
export const pluginBlocks = pgTable("plugin_blocks", {
  sha256: text("sha256").primaryKey(),
  pluginId: text("plugin_id").notNull(),
  version: text("version").notNull(),
  /** An operator's word, a registry's label, or what the plugin did in the sandbox. */
  cause: text("cause").$type<"operator" | "label" | "strikes">().notNull(),
  reason: text("reason").notNull(),
  createdAt: createdAt(),
});

export const installationState = pgEnum("installation_state", ["on", "removed"]);

/** A plugin that a tenant took from the marketplace: the lock that says exactly what runs, and who agreed to it. */
export const pluginInstallations = pgTable(
  "plugin_installations",
  {
    tenantId: tenantId(),
    pluginId: text("plugin_id").notNull(),
    state: installationState("state").notNull().default("on"),
    sha256: text("sha256")
      .notNull()
      .references(() => pluginPackages.sha256),
    version: text("version").notNull(),
    /** What the tenant agreed to: hosts, secrets, abilities. */
    grants: jsonb("grants").$type<Record<string, unknown>>().notNull(),
    /** The one it goes back to. */
    previousSha256: text("previous_sha256"),
    /** The one that a share of the batches tries. */
    canarySha256: text("canary_sha256"),
    canaryPercent: integer("canary_percent"),
    /** Since when it tries this share. */
    canarySince: moment("canary_since"),
    /** Upgrades that are taken without asking. */
    automaticUpgrades: text("automatic_upgrades")
      .$type<"none" | "patch" | "minor">()
      .notNull()
      .default("none"),
    /** The one it went back from: never taken again without asking. */
    turnedDownSha256: text("turned_down_sha256"),
    /** The blocked one that the tenant has been told of. */
    toldOfSha256: text("told_of_sha256"),
    /** The member who agreed. */
    agreedBy: text("agreed_by").notNull(),
    agreedAt: moment("agreed_at").notNull().defaultNow(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.pluginId] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index().on(table.sha256),
  ],
);

/** What became of the deliveries of two versions while one of them is tried; gone when that is decided. */
export const pluginTrialCounts = pgTable(
  "plugin_trial_counts",
  {
    tenantId: tenantId(),
    pluginId: text("plugin_id").notNull(),
    sha256: text("sha256").notNull(),
    accepted: integer("accepted").notNull(),
    rejected: integer("rejected").notNull(),
    config: integer("config").notNull(),
    transient: integer("transient").notNull(),
    unknown: integer("unknown").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.pluginId, table.sha256] }),
    foreignKey({
      columns: [table.tenantId, table.pluginId],
      foreignColumns: [pluginInstallations.tenantId, pluginInstallations.pluginId],
    }).onDelete("cascade"),
  ],
);

/** Plugins that the operator allows a tenant, where the policy says that only those may be installed. */
export const pluginAllowances = pgTable(
  "plugin_allowances",
  {
    tenantId: tenantId(),
    pluginId: text("plugin_id").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.pluginId] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);
