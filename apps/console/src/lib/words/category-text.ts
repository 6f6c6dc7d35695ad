import { m } from "#messages";
import type { MessageCategory } from "../api/client.ts";

export const CATEGORIES = ["critical", "service", "marketing"] as const satisfies readonly MessageCategory[];

const texts: Record<MessageCategory, { label: () => string; help: () => string }> = {
  critical: { label: m.category_critical, help: m.category_critical_help },
  service: { label: m.category_service, help: m.category_service_help },
  marketing: { label: m.category_marketing, help: m.category_marketing_help },
};

export const categoryText = (category: MessageCategory): string => texts[category].label();

/** To choose from, each with what it is for. */
export const categoryOptions = (): { value: string; label: string; description: string }[] =>
  CATEGORIES.map((value) => ({
    value,
    label: texts[value].label(),
    description: texts[value].help(),
  }));
