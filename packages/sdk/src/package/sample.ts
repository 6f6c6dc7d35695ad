import { type Fault, fault, within } from "../faults/index.ts";
import type { Json, OutboundMessage, PluginManifest, PureFunctions, Settings } from "../plugin/index.ts";
import { findFormProblems, findSchemaProblems } from "../testing/conformance/schema.ts";
import type { ConformanceInput } from "../testing/conformance/subject.ts";

import { readVectors } from "./vectors.ts";

/** `sample.json`: a channel and a message that the conformance checks try the plugin with. All of it is made up. */
export interface Sample {
  settings: Settings;
  /** Made-up secrets; the checks see to it that none of them shows in a request. */
  secrets: Record<string, string>;
  message: {
    /** A run of at least four `#` stands for the number of the message: `138000#####`. */
    address: string;
    content: Record<string, string>;
    variables: Record<string, Json>;
  };
}

const sampleSchema = {
  type: "object",
  required: ["settings", "secrets", "message"],
  additionalProperties: false,
  properties: {
    settings: { type: "object", maxProperties: 40 },
    secrets: { type: "object", maxProperties: 40, additionalProperties: { type: "string", maxLength: 4000 } },
    message: {
      type: "object",
      required: ["address", "content", "variables"],
      additionalProperties: false,
      properties: {
        address: { type: "string", maxLength: 500, pattern: "^[^#]*#{4,12}[^#]*$" },
        content: {
          type: "object",
          maxProperties: 20,
          additionalProperties: { type: "string", maxLength: 20_000 },
        },
        variables: { type: "object", maxProperties: 40 },
      },
    },
  },
} as const;

const inSample = within("in_file", { path: "sample.json" });

/** What is wrong with a sample. */
export function findSampleFaults(text: string, manifest: PluginManifest): Fault[] {
  const sample = parse(text);
  const problems = findSchemaProblems(sampleSchema, sample).map(inSample);
  if (problems.length > 0) return problems;
  const { settings, secrets, message } = sample as Sample;
  return [
    ...findFormProblems(manifest.settings, { ...settings, ...secrets }).map(within("as_settings")),
    ...Object.keys(message.content)
      .filter((name) => !Object.hasOwn(manifest.content, name))
      .map((name) => fault("sample_content_unknown", { name })),
  ].map(inSample);
}

/**
 * What {@link checkConformance} needs to try the plugin of a package.
 *
 * @param plugin its functions, in process or sealed
 * @example
 * const report = await checkConformance(conformanceInputOf(await readPackage(archive), sealedFunctions));
 */
export function conformanceInputOf(
  {
    manifest,
    files,
  }: {
    manifest: PluginManifest;
    files: ReadonlyMap<string, Uint8Array>;
  },
  plugin: PureFunctions,
): ConformanceInput {
  const { settings, secrets, message } = parse(decode(files.get("sample.json"))) as Sample;
  return {
    manifest,
    plugin,
    settings,
    secrets,
    makeMessage: (index) => makeMessage(message, index),
    vectors: readVectors(files),
    hasReadme: files.has("README.md"),
  };
}

function makeMessage({ address, content, variables }: Sample["message"], index: number): OutboundMessage {
  const numbered = address.replace(/#+/, (run) => String(index).padStart(run.length, "0"));
  return { ref: `dlv_${index}`, address: numbered, content, variables };
}

const decode = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
