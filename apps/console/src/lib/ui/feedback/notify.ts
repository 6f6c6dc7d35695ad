import { toast } from "svelte-sonner";
import { m } from "#messages";
import { errorText, requestIdOf } from "../../api/problem-text.ts";

/** A word in the corner about what has just happened. What asks for a decision belongs in a dialog. */
export const notify = {
  success(text: string, description?: string) {
    toast.success(text, { description });
  },
  /** What went wrong; with the request id, so that it can be passed on. */
  failure(error: unknown) {
    const requestId = requestIdOf(error);
    toast.error(errorText(error), {
      description: requestId && `${m.request_id()} ${requestId}`,
      duration: 10_000,
    });
  },
};
