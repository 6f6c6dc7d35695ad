import { m } from "#messages";
import {
  type AcceptedMessage,
  type AcceptedSeries,
  type MessageCategory,
  type TemplateDetail,
  type TemplateVersion,
  tidings,
} from "../../api/client.ts";
import { newIdempotencyKey } from "../../api/idempotency-key.ts";
import { LiveResource } from "../../data/live-resource.svelte.ts";
import { type FieldErrors, FormState } from "../../forms/form-state.svelte.ts";
import { AudienceCounts, type Recipients } from "./audience-counts.svelte.ts";
import { checkDraft } from "./check-draft.ts";
import { channelsOf, variablesOf, type WrittenContent, writtenContent } from "./compose.rules.ts";
import type { ComposeOptions } from "./compose-options.ts";
import { type Draft, emptyDraft, STEPS, type Step, stepOf } from "./draft.ts";
import { forgetDraft, storeDraft, storedDraft } from "./draft-storage.ts";
import { recurringSchedule, sentMessage } from "./sent-message.ts";

/** What became of a draft: a message, or a series of them. */
export type Accepted = AcceptedMessage | AcceptedSeries;

/**
 * A message being written, step by step. Sending the form in a step checks that step and leads to the
 * next; in the last one it sends the message. Created while a component initialises.
 */
export class Compose {
  readonly options: ComposeOptions;
  readonly form: FormState<Draft, Accepted | undefined>;
  /** The draft of an earlier visit was found. */
  isRestored = $state(false);
  #step = $state<Step>("who");
  #isSent = false;
  /** How many there are of each kind of audience. */
  readonly counts: AudienceCounts;
  readonly #template: LiveResource<TemplateDetail | undefined>;

  constructor(options: ComposeOptions, onsent: (accepted: Accepted) => unknown) {
    this.options = options;
    const stored = storedDraft();
    this.isRestored = stored !== undefined;
    this.form = new FormState<Draft, Accepted | undefined>({
      initial: stored ?? emptyDraft(),
      validate: (draft) => this.#errorsToShow(draft),
      submit: async (draft) => (this.step === "check" ? this.#send(draft) : undefined),
      onsuccess: (accepted) => (accepted ? onsent(accepted) : this.#next()),
    });
    this.#template = new LiveResource(async (signal) => {
      const templateId = this.draft.template;
      return templateId ? tidings.getTemplate({ path: { templateId }, signal }) : undefined;
    });
    this.counts = new AudienceCounts(() => this.draft.audience);
    $effect(() => this.#forgive());
    $effect(() => {
      const draft = $state.snapshot(this.draft) as Draft;
      if (!this.#isSent) storeDraft(draft);
    });
  }

  get draft(): Draft {
    return this.form.values;
  }

  get step(): Step {
    return this.#step;
  }

  open(step: Step): void {
    this.#step = step;
  }

  /** The published version of the chosen template; undefined while it is fetched, and with own content. */
  get version(): TemplateVersion | undefined {
    const template = this.#template.value;
    if (this.draft.contentFrom !== "template" || template?.id !== this.draft.template) return undefined;
    return template.versions.find(({ state }) => state === "published");
  }

  /** Why the chosen template could not be had; undefined where it was, or is still fetched. */
  get templateFailure(): unknown {
    if (this.draft.contentFrom !== "template" || this.version) return undefined;
    return this.#template.error;
  }

  fetchTemplate(): void {
    this.#template.reload();
  }

  /** The template's, or the one of own content. */
  get category(): MessageCategory {
    if (this.draft.contentFrom === "own") return this.draft.category;
    return this.version?.category ?? "service";
  }

  get content(): WrittenContent {
    return writtenContent(this.draft, this.version, this.options.plugins);
  }

  get kinds(): string[] {
    return this.content.kinds;
  }

  /** The chosen channels that the chosen template does not write everything for. */
  get unmetChannels(): { channel: string; fields: string[] }[] {
    const { lackedBy } = this.content;
    return channelsOf(this.draft, this.options)
      .map((channel) => ({ channel: channel.name, fields: lackedBy(channel) }))
      .filter(({ fields }) => fields.length > 0);
  }

  get variables(): ReturnType<typeof variablesOf> {
    return variablesOf(this.draft, this.version);
  }

  get recipients(): Recipients | undefined {
    return this.counts.of(this.draft.audience.kind);
  }

  /** What is wrong or missing in a step, whether it has been visited or not. */
  faultsOf(step: Step): string[] {
    const errors = checkDraft(this.draft, this.options, this.version);
    return Object.entries(errors).flatMap(([name, text]) => (text && stepOf(name) === step ? [text] : []));
  }

  /** A step that has to be put right is open whichever one is worked on. */
  isOpen(step: Step): boolean {
    return this.#step === step || this.form.faultyNames.some((name) => stepOf(name) === step);
  }

  restart(): void {
    this.form.reset(emptyDraft());
    this.isRestored = false;
    this.#step = "who";
  }

  /** After an answer that nobody got: sends what has been changed since as a message of its own. */
  renew(): void {
    this.draft.idempotencyKey = newIdempotencyKey();
  }

  #errorsToShow(draft: Draft): FieldErrors {
    const errors = Object.entries(checkDraft(draft, this.options, this.version));
    return Object.fromEntries(
      errors.filter(([name]) => this.#step === "check" || stepOf(name) === this.#step),
    );
  }

  /** What has been put right, or belongs to a choice that was taken back, is no fault any more. */
  #forgive(): void {
    const errors = checkDraft(this.draft, this.options, this.version);
    if (this.form.failureCode === undefined) this.form.forgive((name) => !errors[name]);
  }

  async #send(draft: Draft): Promise<Accepted> {
    const { idempotencyKey } = draft;
    const body = sentMessage(draft, this.version);
    const schedule = recurringSchedule(draft);
    const accepted = schedule
      ? await tidings.createSeries({ body: { ...body, schedule }, idempotencyKey })
      : await tidings.sendMessage({ body, idempotencyKey });
    this.#isSent = true;
    forgetDraft();
    return accepted;
  }

  #next(): void {
    this.#step = STEPS[STEPS.indexOf(this.#step) + 1] ?? "check";
  }
}

export const stepTitles: Record<Step, () => string> = {
  who: m.compose_who,
  what: m.compose_what,
  how: m.compose_how,
  check: m.compose_check,
};
