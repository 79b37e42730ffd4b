// The chapters have the same names everywhere: timeline, transcript, link.

export const CHAPTERS = [
  'Boot',
  'Request',
  'Admit',
  'Persist',
  'Notify',
  'Reconcile',
  'Schedule',
  'Run',
  'Report',
  'Route',
  'Loop',
] as const;
export type Chapter = (typeof CHAPTERS)[number];
