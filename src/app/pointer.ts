// How large things are on the screen at hand: what is pressed where a finger points (as `--target` in tokens.css says),
// and what presenting zooms.
const COARSE = matchMedia('(pointer: coarse)').matches;

/** Height of a row in pixels that is `height` high for a mouse. */
export const rowHeight = (height: number): number => (COARSE ? Math.max(44, height) : height);

/** How much presenting zooms an element. The browser looks at all styles for it: not to be asked with each frame. */
export const zoomOf = (element: Element): number => element.currentCSSZoom ?? 1;
