// What goes on all the time and says nothing new. Heartbeats: a node's status, and health probes; load: its packets.
export const QUIET = ['heartbeat', 'lease', 'bookmark', 'poll', 'load'] as const;
export type Quiet = (typeof QUIET)[number];
