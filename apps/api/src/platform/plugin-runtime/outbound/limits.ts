/** The most that is read of an answer. */
export const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_ANSWER_BYTES = 1024 * 1024;
/** How long a connection may take to come about. */
export const CONNECT_TIMEOUT_MS = 5000;
