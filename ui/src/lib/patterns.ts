// What fields ask of what is typed into them.

/** Something else than blanks. */
export const NOT_BLANK = ".*\\S.*";
