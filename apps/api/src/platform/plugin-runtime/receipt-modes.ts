import type { ReceiptAbilities } from "@tidings/sdk/plugin";

type Mode = Pick<ReceiptAbilities, "mode">;

/** The vendor calls us when it knows more. */
export const isPushed = ({ mode }: Mode): boolean => mode === "push" || mode === "both";

/** The vendor has to be asked. */
export const isPulled = ({ mode }: Mode): boolean => mode === "pull" || mode === "both";
