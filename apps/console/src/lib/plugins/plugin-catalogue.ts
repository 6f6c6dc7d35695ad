import { type ContentField, type Plugin, type Tracking, tidings } from "../api/client.ts";
import { localized } from "../format/localized.ts";
import { can } from "../session.svelte.ts";
import { billingUnit, unitName } from "../words/cost-text.ts";
import { choiceOptions, mergeContent } from "./content-fields.ts";

/**
 * What the installed plugins say about their channel kinds: names, content fields, addresses, and the
 * vendors' codes in words. Empty for a role that may not read plugins; every answer then falls back.
 */
export class PluginCatalogue {
  readonly #plugins: readonly Plugin[];

  constructor(plugins: readonly Plugin[]) {
    this.#plugins = plugins;
  }

  get all(): readonly Plugin[] {
    return this.#plugins;
  }

  /** The plugin of a channel; undefined where it is not installed any more, or not to be seen. */
  find(pluginId: string): Plugin | undefined {
    return this.#plugins.find(({ id }) => id === pluginId);
  }

  /** 校园短信 · Campus SMS */
  pluginName(pluginId: string): string {
    const plugin = this.find(pluginId);
    return plugin ? localized(plugin.name) : pluginId;
  }

  /** The kinds that there is a plugin for. */
  get kinds(): string[] {
    return [...new Set(this.#plugins.map(({ kind }) => kind))].sort();
  }

  /** Those of which users have addresses that somebody enters; by the others they are reached under their own ids. */
  get enteredKinds(): string[] {
    return this.kinds.filter((kind) => this.isEntered(kind));
  }

  /** Whether an address of the kind is entered, or typed in place of a user. */
  isEntered(kind: string): boolean {
    return !this.#ofKind(kind).some(({ address }) => address.from === "user");
  }

  /** Whether what is accepted has arrived: this platform keeps it itself. */
  arrivesAtOnce(kind: string): boolean {
    return this.#ofKind(kind).some(({ receipts }) => receipts.mode === "host");
  }

  /** 短信 · SMS */
  kindName(kind: string): string {
    const plugin = this.#ofKind(kind)[0];
    return plugin ? localized(plugin.kindName) : kind;
  }

  /** 手机号 · Mobile number */
  addressName(kind: string): string {
    const plugin = this.#ofKind(kind)[0];
    return plugin ? localized(plugin.address.label) : this.kindName(kind);
  }

  /** What vendors of the kind bill by; messages, where they disagree. */
  billingUnit(kind: string): string {
    const [first, ...others] = new Set(this.#ofKind(kind).map((plugin) => billingUnit(plugin)));
    return first !== undefined && others.length === 0 ? first : unitName(null);
  }

  /** What has to be written for a message of this kind, by any plugin that serves it. */
  contentFields(kind: string): [name: string, field: ContentField][] {
    return mergeContent(this.#ofKind(kind));
  }

  /** What a content field is called; its own name where no plugin is known. */
  fieldName(kind: string, field: string): string {
    const found = this.#contentField(kind, field);
    return found ? localized(found.label) : field;
  }

  /** What a content field holds: a choice in words, anything else as it was written. */
  valueText(kind: string, field: string, value: string): string {
    const found = this.#contentField(kind, field);
    return (found && choiceOptions(found).find((choice) => choice.value === value)?.label) ?? value;
  }

  /** Whether an address suits any plugin of the kind, as the API judges it. */
  isAddress(kind: string, address: string): boolean {
    const plugins = this.#ofKind(kind);
    return plugins.length === 0 || plugins.some((plugin) => fits(plugin.address.schema, address));
  }

  /** Whether a vendor says later what has arrived or was read; undefined where no plugin is known. */
  reports(kind: string, receipt: "delivered" | "read"): boolean | undefined {
    const plugins = this.#ofKind(kind);
    return plugins.length === 0 ? undefined : plugins.some(({ receipts }) => receipts[receipt]);
  }

  /** Whether recipients get the vendor's own text rather than what is written here. */
  isRenderedByVendor(kind: string): boolean {
    return this.contentFields(kind).some(([, { renderedBy }]) => renderedBy === "vendor");
  }

  /** Whether reading (by the pixel in HTML, or by a click) and clicking are found out by our own means. */
  tracks(kind: string, { links, opens }: Tracking): { read: boolean; clicked: boolean } {
    const ours = this.contentFields(kind).filter(([, { renderedBy }]) => renderedBy === "host");
    const clicked = links && ours.length > 0 && !this.isRenderedByVendor(kind);
    return { read: clicked || (opens && ours.some(([, { escape: as }]) => as === "html")), clicked };
  }

  /** A vendor's code in words. */
  vendorText(kind: string, code: string): string | undefined {
    for (const { errors } of this.#ofKind(kind)) {
      const text = errors[code];
      if (text) return localized(text);
    }
    return undefined;
  }

  /** A kind whose vendor uses this code, where it was counted over several kinds. */
  kindOfCode(code: string): string | undefined {
    return this.#plugins.find(({ errors }) => errors[code])?.kind;
  }

  #contentField(kind: string, field: string): ContentField | undefined {
    return this.contentFields(kind).find(([name]) => name === field)?.[1];
  }

  #ofKind(kind: string): Plugin[] {
    return this.#plugins.filter((plugin) => plugin.kind === kind);
  }
}

export async function getPluginCatalogue(): Promise<PluginCatalogue> {
  if (!can("read", "Plugin")) return new PluginCatalogue([]);
  const { items } = await tidings.listPlugins();
  return new PluginCatalogue(items);
}

function fits(schema: Record<string, unknown>, address: string): boolean {
  const { pattern, minLength, maxLength } = schema;
  const length = [...address].length;
  if (typeof minLength === "number" && length < minLength) return false;
  if (typeof maxLength === "number" && length > maxLength) return false;
  return typeof pattern !== "string" || new RegExp(pattern, "u").test(address);
}
