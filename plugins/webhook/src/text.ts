import { clip } from "@tidings/sdk/plugin";

/** The beginning of what a receiver said. */
export const quote = (body: string): string => clip(body, 300);
