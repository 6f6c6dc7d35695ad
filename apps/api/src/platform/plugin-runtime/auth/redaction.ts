/** Shorter values occur in ordinary texts by chance. */
const MIN_LENGTH = 6;
const MASK = "[redacted]";

export type Redact = (text: string) => string;

/** Replaces secrets wherever a vendor echoes them: as they are, encoded for a URL or a form, or escaped in JSON. */
export function createRedactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.filter((secret) => secret.length >= MIN_LENGTH).flatMap(formsOf));
  if (forms.size === 0) return (text) => text;
  // The longest first, so that no tail is left of a secret that begins with another one.
  const alternatives = [...forms].sort((a, b) => b.length - a.length).map(escapePattern);
  const pattern = new RegExp(alternatives.join("|"), "g");
  return (text) => text.replace(pattern, MASK);
}

/** The most texts that are learnt; a channel has a few tokens in the minute that its secrets are kept. */
const MAX_LEARNT = 8;

/** A redactor that is told further secrets as they come. */
export function createLearningRedactor(secrets: readonly string[]): {
  redact: Redact;
  learn(secret: string): void;
} {
  let learnt: string[] = [];
  let current = createRedactor(secrets);
  return {
    redact: (text) => current(text),
    learn(secret) {
      if (learnt.includes(secret)) return;
      learnt = [...learnt, secret].slice(-MAX_LEARNT);
      current = createRedactor([...secrets, ...learnt]);
    },
  };
}

function formsOf(secret: string): string[] {
  const asField = new URLSearchParams([["", secret]]).toString().slice("=".length);
  return [secret, encodeURIComponent(secret.toWellFormed()), asField, JSON.stringify(secret).slice(1, -1)];
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
