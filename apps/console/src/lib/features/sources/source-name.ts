/** As the API takes it. */
export const MAX_SOURCE_NAME_LENGTH = 80;
