/** Slots in a piece of a family's exposition: few enough for one to come and go at little cost. */
export const pieceMembersMax = 256;

/** Families named in the log and remembered for a HELP that differs between groups. */
export const helpConflictsLoggedMax = 1000;
