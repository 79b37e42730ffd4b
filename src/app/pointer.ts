// How large things are on the screen at hand: what is pressed where a finger points (as `--target` in tokens.css says),
// and the dots of a picture.
const COARSE = matchMedia('(pointer: coarse)').matches;

/** Height of a row in pixels that is `height` high for a mouse. */
export const rowHeight = (height: number): number => (COARSE ? Math.max(44, height) : height);

/** Dots of the screen for each pixel of a canvas, which presenting zooms. */
export const scaleOf = (canvas: HTMLCanvasElement): number => devicePixelRatio * (canvas.currentCSSZoom ?? 1);
