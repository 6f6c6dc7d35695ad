import { type Edge, MarkerType, type Node } from "@xyflow/svelte";
import type { PolicyStep } from "#lib/api/client.ts";
import { stepText } from "#lib/words/step-text.ts";
import { m } from "#messages";

export type StepNodeData = { number: number; channels: string; empty: string };
export type StepNode = Node<StepNodeData, "step">;

/** From one step to the next, pixels: a node and the words on its edge. */
export const STEP_HEIGHT = 128;

const channelsOf = (step: PolicyStep, names: ReadonlyMap<string, string>) =>
  step.channelIds.map((id) => names.get(id) ?? id).join(m.policies_and());

const conditionOf = ({ when, afterSeconds }: PolicyStep) =>
  stepText({ when: when ?? null, afterSeconds: afterSeconds ?? null });

/** The steps from top to bottom, each a node; what leads to the next one stands on the edge. */
export function nodesOf(steps: readonly PolicyStep[], names: ReadonlyMap<string, string>): StepNode[] {
  return steps.map((step, index) => ({
    id: String(index),
    type: "step",
    position: { x: 0, y: index * STEP_HEIGHT },
    data: { number: index + 1, channels: channelsOf(step, names), empty: m.policies_diagram_no_channel() },
  }));
}

export function edgesOf(steps: readonly PolicyStep[]): Edge[] {
  return steps.slice(1).map((step, index) => ({
    id: `to-${index + 1}`,
    source: String(index),
    target: String(index + 1),
    label: conditionOf(step),
    markerEnd: { type: MarkerType.ArrowClosed },
  }));
}

/** The diagram in words, for those who do not see it. */
export const diagramText = (steps: readonly PolicyStep[], names: ReadonlyMap<string, string>): string =>
  steps
    .map((step, index) => {
      const channels = channelsOf(step, names) || m.policies_diagram_no_channel();
      return index === 0 ? channels : `${conditionOf(step)} ${channels}`;
    })
    .join(" → ");
