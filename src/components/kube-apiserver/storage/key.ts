// Which keys a store takes: none that leads out of its resource. Models apiserver pkg/storage
// (PrepareKey).

const DOTS = /(^|\/)\.{1,2}(\/|$)/;

/** The key as the store of `resourcePrefix` (which ends in a slash) uses it; null if it refuses it. */
export const preparedKey = (resourcePrefix: string, key: string): string | null =>
  key.startsWith(resourcePrefix) && !DOTS.test(key) ? key : null;
