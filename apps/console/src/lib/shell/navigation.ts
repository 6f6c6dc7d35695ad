import Channels from "@lucide/svelte/icons/cable";
import Reports from "@lucide/svelte/icons/chart-column";
import Approvals from "@lucide/svelte/icons/clipboard-check";
import Templates from "@lucide/svelte/icons/file-text";
import Overview from "@lucide/svelte/icons/layout-dashboard";
import Messages from "@lucide/svelte/icons/send";
import Sources from "@lucide/svelte/icons/server";
import Settings from "@lucide/svelte/icons/settings";
import Operation from "@lucide/svelte/icons/shield-check";
import Marketplace from "@lucide/svelte/icons/store";
import Users from "@lucide/svelte/icons/users";
import Policies from "@lucide/svelte/icons/waypoints";
import type { Component } from "svelte";
import { m } from "#messages";
import type { Action, Subject } from "../ability.ts";

/** A place in the console. Without a permission it is open to everyone who is signed in. */
export interface Place {
  label: () => string;
  href: string;
  permission?: [Action, Subject];
  /** Open to those who run the installation, whatever their role in the tenant. */
  isOperators?: true;
}

/** One line of the left navigation: a place, or a group of places. */
export type NavigationEntry = { icon: Component } & (Place | { label: () => string; places: Place[] });

export const navigation: NavigationEntry[] = [
  { icon: Overview, label: m.overview_title, href: "/" },
  {
    icon: Messages,
    label: m.nav_messages,
    places: [
      { label: m.compose_title, href: "/messages/new", permission: ["send", "Message"] },
      { label: m.messages_title, href: "/messages", permission: ["read", "Message"] },
      { label: m.series_title, href: "/messages/scheduled", permission: ["read", "Message"] },
    ],
  },
  {
    icon: Approvals,
    label: m.approvals_title,
    href: "/approvals",
    permission: ["read", "ApprovalRequest"],
  },
  { icon: Templates, label: m.templates_title, href: "/templates", permission: ["read", "Template"] },
  { icon: Policies, label: m.policies_title, href: "/policies", permission: ["read", "Policy"] },
  {
    icon: Users,
    label: m.nav_people,
    places: [
      { label: m.users_title, href: "/users", permission: ["read", "User"] },
      { label: m.departments_title, href: "/departments", permission: ["read", "Department"] },
      { label: m.tags_title, href: "/tags", permission: ["read", "Tag"] },
      { label: m.segments_title, href: "/segments", permission: ["read", "Segment"] },
      {
        label: m.recipient_lists_title,
        href: "/recipient-lists",
        permission: ["read", "RecipientList"],
      },
      { label: m.suppressions_title, href: "/suppressions", permission: ["read", "Suppression"] },
    ],
  },
  { icon: Sources, label: m.sources_title, href: "/sources", permission: ["read", "Source"] },
  { icon: Channels, label: m.channels_title, href: "/channels", permission: ["read", "Channel"] },
  { icon: Marketplace, label: m.marketplace_title, href: "/marketplace", permission: ["read", "Plugin"] },
  { icon: Reports, label: m.reports_title, href: "/reports", permission: ["read", "Statistics"] },
  {
    icon: Settings,
    label: m.nav_settings,
    places: [
      { label: m.members_title, href: "/settings/members", permission: ["read", "Member"] },
      { label: m.roles_title, href: "/settings/roles", permission: ["read", "Role"] },
      { label: m.quotas_title, href: "/settings/quotas", permission: ["read", "Quota"] },
      { label: m.quiet_hours_title, href: "/settings/quiet-hours", permission: ["update", "Tenant"] },
      { label: m.audit_title, href: "/settings/audit", permission: ["read", "AuditEntry"] },
    ],
  },
  {
    icon: Operation,
    label: m.nav_operator,
    places: [
      { label: m.desk_title, href: "/operator/desk", isOperators: true },
      { label: m.operator_publishers_title, href: "/operator/publishers", isOperators: true },
      { label: m.market_settings_title, href: "/operator/marketplace", isOperators: true },
      { label: m.health_title, href: "/operator/health", isOperators: true },
      { label: m.operator_audit_title, href: "/operator/audit", isOperators: true },
    ],
  },
];

/** Places that the user menu leads to. */
const menuPlaces: Place[] = [{ label: m.publishers_title, href: "/publishers" }];

/** What is left for a role: groups keep the places it may see, and vanish without any. */
export function visibleNavigation(
  can: (action: Action, subject: Subject) => boolean,
  isOperator = false,
): NavigationEntry[] {
  const open = ({ permission, isOperators }: Place) =>
    (!permission || can(...permission)) && (!isOperators || isOperator);
  return navigation.flatMap((entry): NavigationEntry[] => {
    if ("href" in entry) return open(entry) ? [entry] : [];
    const places = entry.places.filter(open);
    return places.length > 0 ? [{ ...entry, places }] : [];
  });
}

export interface Location {
  group?: { label: () => string };
  place: Place;
}

/** The place that a path belongs to: the longest one it starts with. */
export function locate(pathname: string): Location | undefined {
  const locations = navigation.flatMap((entry): Location[] =>
    "href" in entry ? [{ place: entry }] : entry.places.map((place) => ({ group: entry, place })),
  );
  return [...locations, ...menuPlaces.map((place): Location => ({ place }))]
    .filter(({ place }) => isWithin(pathname, place.href))
    .sort((a, b) => b.place.href.length - a.place.href.length)[0];
}

function isWithin(pathname: string, href: string): boolean {
  return pathname === href || (href !== "/" && pathname.startsWith(`${href}/`));
}
