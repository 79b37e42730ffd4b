// How large what is pressed must be where a finger points: as `--target` in tokens.css says.
const COARSE = matchMedia('(pointer: coarse)').matches;

/** Height of a row in pixels that is `height` high for a mouse. */
export const rowHeight = (height: number): number => (COARSE ? Math.max(44, height) : height);
