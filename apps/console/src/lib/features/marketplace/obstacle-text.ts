import type { Plugin, PluginObstacle } from "#lib/api/client.ts";
import { formatDate, formatRelative } from "#lib/format/dates.ts";
import { m } from "#messages";

/** Why something cannot be done, and what can be done about it. */
export interface ObstacleText {
  title: string;
  text: string;
}

const blockedText = ({ reason }: { reason: string | null }) =>
  reason === null ? m.marketplace_blocked_text() : m.marketplace_blocked_reason({ reason });

const texts: Record<string, (obstacle: PluginObstacle) => ObstacleText> = {
  blocked: (obstacle) => ({ title: m.marketplace_blocked(), text: blockedText(obstacle) }),
  malicious: () => ({ title: m.marketplace_malicious(), text: m.marketplace_malicious_text() }),
  grade: () => ({ title: m.marketplace_obstacle_grade(), text: m.marketplace_obstacle_grade_text() }),
  release_age: ({ until, detail }) => ({
    title: m.marketplace_obstacle_age(),
    text: until
      ? m.marketplace_obstacle_age_text({ time: formatDate(until), left: formatRelative(until) })
      : detail,
  }),
  allow_list: () => ({
    title: m.marketplace_obstacle_allow_list(),
    text: m.marketplace_obstacle_allow_list_text(),
  }),
  sandbox_unavailable: () => ({
    title: m.marketplace_obstacle_sandbox(),
    text: m.marketplace_obstacle_sandbox_text(),
  }),
};

/** What keeps a version from being installed. */
export const obstacleText = (obstacle: PluginObstacle): ObstacleText =>
  texts[obstacle.code]?.(obstacle) ?? { title: m.marketplace_obstacle_other(), text: obstacle.detail };

const stops: Record<string, (obstacle: NonNullable<Plugin["obstacle"]>) => ObstacleText> = {
  plugin_blocked: (obstacle) => ({
    title: m.marketplace_stopped_blocked(),
    text: blockedText(obstacle),
  }),
  sandbox_unavailable: () => ({
    title: m.marketplace_obstacle_sandbox(),
    text: m.marketplace_obstacle_sandbox_text(),
  }),
  plugin_damaged: () => ({
    title: m.marketplace_stopped_damaged(),
    text: m.marketplace_stopped_damaged_text(),
  }),
};

/** Why the deliveries of a plugin that is in use wait. */
export const stopText = (obstacle: NonNullable<Plugin["obstacle"]>): ObstacleText =>
  stops[obstacle.code]?.(obstacle) ?? { title: m.marketplace_state_stopped(), text: obstacle.detail };
