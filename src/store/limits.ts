/** Where a piece of a family's exposition is split: large enough for few writes per scrape, small enough to be rebuilt between two pushes. */
export const pieceBytesMax: number = 128 * 1024;
export const pieceMembersMax = 256;

/** Families named in the log and remembered for a HELP that differs between groups. */
export const helpConflictsLoggedMax = 1000;
