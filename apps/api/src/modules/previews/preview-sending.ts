import type { LocalizedText, OutboundMessage } from "@tidings/sdk/plugin";
import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import type { FieldProblem } from "../../platform/errors.ts";
import { fromBigint } from "../../platform/ids.ts";
import type { PluginCatalogues, PluginRuntime, SendingPreview } from "../../platform/plugin-runtime/index.ts";
import type { ChannelVault } from "../channels/index.ts";
import {
  carriesUnsubscribe,
  neededVariables,
  renderDelivery,
  type TrackedAddress,
} from "../deliveries/index.ts";
import { compileRendering, variablesIn } from "../templates/index.ts";
import type { FindReviewProblems } from "../vendor-templates/index.ts";
import {
  assertOneOfEach,
  checkContent,
  type PreviewChannel,
  type PreviewedContent,
  unrendered,
} from "./previewed-content.rules.ts";
import { type Scene, setScene } from "./set-scene.ts";

export interface ChannelPreview {
  address: string;
  content: Record<string, string>;
  sending: SendingPreview;
  refusalText: LocalizedText | undefined;
  findings: FieldProblem[];
}

export interface PreviewSendingDeps {
  /** Cannot change anything. */
  read: Transact;
  catalogue: PluginCatalogues;
  vault: Pick<ChannelVault, "toHandle">;
  runtime: Pick<PluginRuntime, "preview">;
  trackedAddress: TrackedAddress;
  /** Looks like where a recipient unsubscribes, and leads nowhere. */
  sampleUnsubscribeUrl: string;
  findReviewProblems: FindReviewProblems;
}

/** A delivery and a batch that never were. */
const NOBODYS_KEY = "0";

/**
 * Says what sending would put on the wire, by the functions that would send it: rendered like a delivery, planned by the
 * plugin. No secret is read, nothing is sent and nothing is kept.
 */
export function createPreviewSending(deps: PreviewSendingDeps) {
  return async function previewSending(
    ctx: RequestContext,
    channelId: string,
    asked: PreviewChannel,
  ): Promise<ChannelPreview> {
    authorizePreview(ctx, asked);
    assertOneOfEach(asked);
    const catalogue = deps.catalogue.of(ctx.tenantId);
    const scene = await deps.read(ctx, (tx) => setScene(catalogue, tx, ctx, channelId, asked));
    const { channel, plugin, previewed, recipient } = scene;
    const { content: fields, errors = {} } = plugin.manifest;
    checkContent(catalogue, previewed, { ...channel, fields }, asked);
    const message = render(deps, scene, asked.variables);
    const sending = await deps.runtime.preview(
      deps.vault.toHandle(channel),
      fromBigint("att", NOBODYS_KEY),
      message,
    );
    const { content } = message;
    const reviewed = { kind: channel.kind, channelId, content, fields, pointerTo: pointerIn(previewed) };
    const code = sending.kind === "unavailable" ? undefined : sending.refusal?.code;
    return {
      address: recipient.address,
      content,
      sending,
      refusalText: code !== undefined && Object.hasOwn(errors, code) ? errors[code] : undefined,
      findings: await deps.read(ctx, (tx) => deps.findReviewProblems(tx, ctx.tenantId, reviewed)),
    };
  };
}

export type PreviewSending = ReturnType<typeof createPreviewSending>;

function authorizePreview(ctx: RequestContext, { templateId, userId }: PreviewChannel): void {
  // It shows how a channel is set up: that is not for sources, which may read channels.
  authorize(ctx, "read", "Plugin");
  authorize(ctx, "read", "Channel");
  if (templateId !== undefined) authorize(ctx, "read", "Template");
  // The address of a user is told to those only who may see it elsewhere.
  if (userId !== undefined) authorize(ctx, "update", "User");
}

/** The message as the sender would render it. */
function render(
  { trackedAddress, sampleUnsubscribeUrl }: PreviewSendingDeps,
  { plugin, previewed, recipient }: Scene,
  variables: Record<string, string | number>,
): OutboundMessage {
  const fields = plugin.manifest.content;
  const { rendering, declared, tracking, category } = previewed;
  const compiled = compileRendering(rendering, fields, tracking);
  const needed = neededVariables(variablesIn(compiled), declared);
  const shared = {
    compiled,
    fields,
    variables,
    needed,
    trackedAddress: tracking ? trackedAddress : undefined,
    unsubscribeUrl: () => sampleUnsubscribeUrl,
    carriesUnsubscribe: carriesUnsubscribe(plugin.manifest, category),
  };
  const rendered = renderDelivery(shared, rowOf(recipient));
  if (!("message" in rendered)) throw unrendered(rendered);
  return rendered.message;
}

const rowOf = ({ address, user }: Scene["recipient"]): Parameters<typeof renderDelivery>[1] => [
  NOBODYS_KEY,
  address,
  null,
  user?.userId ?? null,
  user?.name ?? null,
  user?.attributes ?? null,
];

const pointerIn =
  ({ pointer }: PreviewedContent) =>
  (field: string) =>
    pointer === "/content" ? `/content/${field}` : pointer;
