// Text that people type, where something else is made of it: a title of one line, the name of a file.

const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const NOT_IN_NAMES = /[\s/\\:*?"<>|]+/g;

/** The text on one line: controls and line breaks in a row become one blank, as on the server. */
export const oneLine = (text: string): string => text.replace(BREAKS, " ");

/** What a file can be called after the text, on every system. */
export const fileName = (text: string): string => oneLine(text).replace(NOT_IN_NAMES, " ").trim();
