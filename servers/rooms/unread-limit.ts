/**
 * Most unread bytes of a client in user space, beyond the kernel's buffers. A client above the limit is disconnected,
 * possibly in the middle of a line, as IRC servers do (their SendQ is of that order). This bounds its memory, and no
 * other client waits for it.
 */
export const UNREAD_LIMIT = 1_048_576;
