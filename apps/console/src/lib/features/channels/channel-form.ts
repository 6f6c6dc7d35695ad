import type { Channel, Plugin } from "#lib/api/client.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { type MoneyValues, moneyErrors } from "#lib/forms/money.ts";
import { atMost, first, required } from "#lib/forms/rules.ts";
import { type SettingsSchema, type SettingValues, settingErrors } from "#lib/forms/settings-schema.ts";

const MAX_NAME_LENGTH = 80;
/** As the API takes it. */
const MAX_PRICE = 1000;

/** The manifest's form. The API answers any JSON Schema; plugins are only loaded with a flat object like this. */
export function settingsSchema(plugin: Plugin): SettingsSchema {
  return plugin.settings as unknown as SettingsSchema;
}

/** The secrets of a channel that are set already, by the field's name, with when they were. */
export function storedSecrets(channel: Channel): Record<string, string> {
  return Object.fromEntries(channel.secrets.map(({ field, updatedAt }) => [field, updatedAt]));
}

export function channelErrors(
  schema: SettingsSchema,
  values: { name: string; price: MoneyValues; settings: SettingValues },
  stored: ReadonlySet<string> = new Set(),
): FieldErrors {
  return {
    name: first(required(values.name), atMost(values.name, MAX_NAME_LENGTH)),
    ...moneyErrors("price", values.price, MAX_PRICE),
    ...settingErrors(schema, values.settings, stored),
  };
}
