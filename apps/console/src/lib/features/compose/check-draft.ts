import { m } from "#messages";
import type { TemplateVersion } from "../../api/client.ts";
import { timeZone } from "../../format/time-zone.svelte.ts";
import type { FieldErrors } from "../../forms/form-state.svelte.ts";
import { atMost, first, required } from "../../forms/rules.ts";
import { rateFaults } from "../../words/rate.ts";
import { repeatFaults } from "../../words/repeat.ts";
import { scheduleFault } from "../../words/schedule-fault.ts";
import {
  channelObstacle,
  channelsOf,
  policyObstacle,
  variablesOf,
  writtenContent,
  writtenKinds,
} from "./compose.rules.ts";
import type { ComposeOptions } from "./compose-options.ts";
import type { Draft, DraftFile } from "./draft.ts";
import { exclusionFaults } from "./exclusions.ts";
import { stillThere } from "./still-there.ts";

const MAX_LISTED = 1000;
const MAX_CHANNELS = 5;

/** Everything that is wrong with a draft or missing from it, by field. */
export function checkDraft(
  draft: Draft,
  options: ComposeOptions,
  version: TemplateVersion | undefined,
): FieldErrors {
  return {
    ...audienceErrors(draft, options),
    ...contentErrors(draft, options, version),
    ...wayErrors(draft, options, version),
    ...rateFaults(draft.rate),
    ...exclusionFaults(draft, options),
    ...(draft.when === "at" ? repeatFaults(draft.repeat) : {}),
    "schedule/at": draft.when === "at" ? scheduleFault(draft.at, timeZone()) : undefined,
  };
}

function audienceErrors(
  { audience }: Draft,
  { plugins, departments, segments }: ComposeOptions,
): FieldErrors {
  switch (audience.kind) {
    case "all":
      return {};
    case "tags":
      return {
        "audience/any": audience.any.length + audience.all.length === 0 ? m.compose_error_tags() : undefined,
      };
    case "departments":
      return {
        "audience/departmentIds": first(
          required(audience.departmentIds),
          ...audience.departmentIds.map((id) => stillThere(id, departments)),
        ),
      };
    case "segment":
      return {
        "audience/segmentId": first(required(audience.segmentId), stillThere(audience.segmentId, segments)),
      };
    case "file":
      return { "audience/fileId": fileFault(audience.file) };
    case "users":
      return { "audience/userIds": first(required(audience.userIds), tooMany(audience.userIds)) };
    case "addresses": {
      const { addressKind, addresses } = audience;
      const faulty = addresses.filter((address) => !plugins.isAddress(addressKind, address)).length;
      return {
        "audience/addressKind": required(addressKind),
        "audience/addresses": first(
          required(addresses),
          tooMany(addresses),
          faulty > 0 ? m.entries_faulty({ count: faulty }) : undefined,
        ),
      };
    }
  }
}

function fileFault(file: DraftFile | null): string | undefined {
  if (!file) return m.compose_error_file();
  return file.rowCount === 0 ? m.compose_error_file_empty() : undefined;
}

const tooMany = (entries: unknown[]) =>
  entries.length > MAX_LISTED ? m.compose_error_too_many({ limit: MAX_LISTED }) : undefined;

function contentErrors(
  draft: Draft,
  options: ComposeOptions,
  version: TemplateVersion | undefined,
): FieldErrors {
  const errors: FieldErrors =
    draft.contentFrom === "template"
      ? { template: first(required(draft.template), stillThere(draft.template, options.templates)) }
      : ownContentErrors(draft, options);
  for (const { name, isRequired, isNumber } of variablesOf(draft, version).given) {
    const value = draft.variables[name] ?? "";
    const isBad = isNumber && value.trim() !== "" && !Number.isFinite(Number(value));
    errors[`variables/${name}`] = first(
      isRequired ? required(value) : undefined,
      isBad ? m.compose_error_number() : undefined,
      atMost(value, 2000),
    );
  }
  return errors;
}

function ownContentErrors(draft: Draft, options: ComposeOptions): FieldErrors {
  const { plugins } = options;
  const kinds = writtenKinds(draft, undefined);
  const errors: FieldErrors = { content: required(kinds) };
  for (const kind of kinds) {
    for (const [name, field] of plugins.contentFields(kind)) {
      const text = draft.content[kind]?.[name] ?? "";
      errors[`content/${kind}/${name}`] = first(
        field.required ? required(text) : undefined,
        atMost(text, field.maxLength),
      );
    }
  }
  return { ...errors, ...unmetNeeds(draft, kinds, options) };
}

/** Channels of one kind may differ in what they need: what is missing for one that was chosen, said at its field. */
function unmetNeeds(draft: Draft, kinds: readonly string[], options: ComposeOptions): FieldErrors {
  const errors: FieldErrors = {};
  for (const { kind, name: channel, pluginId } of channelsOf(draft, options)) {
    if (!kinds.includes(kind)) continue;
    for (const [name, { required: isNeeded }] of Object.entries(
      options.plugins.find(pluginId)?.content ?? {},
    )) {
      const isMissing = !draft.content[kind]?.[name]?.trim();
      if (isNeeded && isMissing) errors[`content/${kind}/${name}`] ??= m.compose_error_needed_by({ channel });
    }
  }
  return errors;
}

function wayErrors(
  draft: Draft,
  { channels, policies, plugins }: ComposeOptions,
  version: TemplateVersion | undefined,
): FieldErrors {
  const content = writtenContent(draft, version, plugins);
  if (draft.way === "policy") {
    const policy = policies.find(({ id }) => id === draft.policy);
    const isUnfit = policy && policyObstacle(draft, content, policy, channels) !== undefined;
    return { policy: policy ? (isUnfit ? m.compose_error_policy() : undefined) : m.field_required() };
  }
  const chosen = channels.filter(({ id }) => draft.channels.includes(id));
  const isUnfit = chosen.some((channel) => channelObstacle(draft, content, channel) !== undefined);
  return {
    channels: first(
      required(chosen),
      isUnfit ? m.compose_error_channels() : undefined,
      chosen.length > MAX_CHANNELS ? m.compose_error_many_channels({ limit: MAX_CHANNELS }) : undefined,
    ),
  };
}
