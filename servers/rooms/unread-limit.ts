/**
 * Bytes that may wait for a client to read them, beyond what the kernel keeps. One with more is cut off, in the middle of
 * a line or not, as IRC servers do (their SendQ is of that order): its memory is bounded, and nobody waits for it.
 */
export const UNREAD_LIMIT = 1_048_576;
