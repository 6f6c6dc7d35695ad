import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { invalidField, invalidInput } from "../../platform/errors.ts";
import type { LoadedPlugin, PluginCatalogue } from "../../platform/plugin-runtime/index.ts";
import { type ChannelWithParts, getChannel, pluginNotInstalled } from "../channels/index.ts";
import { DEFAULT_CATEGORY, findPreviewedVersion } from "../templates/index.ts";
import { checkAddress, findUser, type UserRecord } from "../users/index.ts";
import { addressFor, type PreviewChannel, type PreviewedContent } from "./previewed-content.rules.ts";

/** Everything of the database that a preview is made of. */
export interface Scene {
  channel: ChannelWithParts;
  plugin: LoadedPlugin;
  previewed: PreviewedContent;
  recipient: Recipient;
}

interface Recipient {
  address: string;
  user: (Pick<UserRecord, "name" | "attributes"> & { userId: string }) | null;
}

export async function setScene(
  catalogue: PluginCatalogue,
  tx: Tx,
  ctx: RequestContext,
  channelId: string,
  asked: PreviewChannel,
): Promise<Scene> {
  const channel = await getChannel(tx, ctx, channelId);
  const plugin = catalogue.find(channel.pluginId);
  if (!plugin) {
    throw pluginNotInstalled(
      `The plugin ${channel.pluginId} of "${channel.name}" is not installed any more.`,
    );
  }
  const previewed = await findContent(tx, ctx, channel.kind, asked);
  return { channel, plugin, previewed, recipient: await findRecipient(catalogue, tx, ctx, channel, asked) };
}

async function findContent(
  tx: Tx,
  ctx: RequestContext,
  kind: string,
  { content, templateId, version: number }: PreviewChannel,
): Promise<PreviewedContent> {
  if (content) {
    const category = DEFAULT_CATEGORY;
    return { rendering: content, declared: [], tracking: null, category, pointer: "/content" };
  }
  const version = await findPreviewedVersion(tx, ctx, templateId ?? "", number);
  const rendering = Object.hasOwn(version.renderings, kind) ? version.renderings[kind] : undefined;
  if (!rendering) {
    throw invalidField(
      "/templateId",
      `Version ${version.number} has no rendering for "${kind}".`,
      "no_rendering",
    );
  }
  const { variables: declared, tracking, category } = version;
  return { rendering, declared, tracking, category, pointer: "/templateId" };
}

async function findRecipient(
  catalogue: PluginCatalogue,
  tx: Tx,
  ctx: RequestContext,
  channel: ChannelWithParts,
  { address, userId }: PreviewChannel,
): Promise<Recipient> {
  if (userId === undefined) {
    const problem = checkAddress(catalogue, { kind: channel.kind, address: address ?? "" }, "");
    if (problem) throw invalidInput(problem.detail, { errors: [problem] });
    return { address: address ?? "", user: null };
  }
  const user = await findUser(tx, ctx.tenantId, userId);
  if (!user) throw invalidField("/userId", `There is no user ${userId}.`, "unknown");
  const own = addressFor(user.identities, channel);
  if (own === undefined) {
    throw invalidField(
      "/userId",
      `The user ${userId} has no address of the kind "${channel.kind}".`,
      "no_address",
    );
  }
  return { address: own, user: { userId, name: user.name, attributes: user.attributes } };
}
