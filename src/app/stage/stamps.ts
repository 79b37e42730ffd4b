// Small pictures of messages, each drawn once: to stamp one is several times cheaper than to draw its outline.
import { type DrawnMessage, drawMessage, type Palette, type Stamp, scaleOf } from './render';

const ANGLES = 64;
const MOST = 512;
/** From the middle of a shape to its tip, with its rim. */
const reachOf = (shape: DrawnMessage['shape']): number => (shape === 'failure' ? 20 : 12);

/** For one palette and one pixel ratio. */
export function createStamp(palette: Palette, pixelRatio: number): Stamp {
  const pictures = new Map<string, HTMLCanvasElement>();

  function pictureOf(message: DrawnMessage, zoom: number): HTMLCanvasElement {
    const turn = Math.round((message.angle / (2 * Math.PI)) * ANGLES);
    const key = `${message.shape} ${message.tone} ${turn} ${zoom}`;
    let picture = pictures.get(key);
    if (picture !== undefined) return picture;
    if (pictures.size >= MOST) pictures.clear();
    picture = document.createElement('canvas');
    picture.width = picture.height = Math.ceil(2 * reachOf(message.shape) * scaleOf(message.inFocus, zoom) * pixelRatio);
    const context = picture.getContext('2d');
    context?.scale(pixelRatio, pixelRatio);
    const angle = (turn / ANGLES) * 2 * Math.PI;
    const middle = picture.width / pixelRatio / 2;
    if (context !== null) drawMessage(context, { ...message, angle }, middle, middle, zoom, palette);
    pictures.set(key, picture);
    return picture;
  }

  return (context, message, x, y, zoom) => {
    const picture = pictureOf(message, zoom);
    const whole = (at: number): number => Math.round(at * pixelRatio - picture.width / 2) / pixelRatio;
    context.globalAlpha = 1;
    context.drawImage(picture, whole(x), whole(y), picture.width / pixelRatio, picture.height / pixelRatio);
  };
}
