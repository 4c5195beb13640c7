/** Whose turn an event is: what a dead process had before it never happens, a paused one's waits. */
export type EventOwner = Readonly<{ name: string; isDead: boolean; pausedUntil: number }>;
