/**
 * State of a conversation.
 * - `talking`: going on.
 * - `ended`: ended by the app, with bytes left to send.
 * - `lingering`: ended, FIN sent, the peer's FIN awaited.
 * - `finished`: finished by the peer, with bytes left to send.
 * - `broken`: the connection failed.
 */
export type Phase = 'talking' | 'ended' | 'lingering' | 'finished' | 'broken';
