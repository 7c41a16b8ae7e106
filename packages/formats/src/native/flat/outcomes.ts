/** What became of an entry: it stands in its column; it stays in the payload; only the general path can tell. */
export const lifted = 1
export const kept = 0
export const undecided = -1
