// The first paint, as markup that the build writes into the page: the stage's places, empty, and the command.
// It comes from the same layout as the stage, so nothing jumps when the stage arrives.
import { PLAIN_COMMAND } from '../share/link';
import { layoutOf } from './layout';
import { en } from './text/en';

const NAMED = new Set(['kubectl', 'kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler', 'registry']);

export function skeleton(): string {
  const { width, height, places, frames, edges } = layoutOf([
    { name: 'control-plane', role: 'control-plane' },
    ...[1, 2, 3].map((i) => ({ name: `node-${i}`, role: 'worker' as const })),
  ]);
  const box = (kind: string, { x, y, w, h }: { x: number; y: number; w: number; h: number }): string =>
    `<rect class="${kind}" x="${x}" y="${y}" width="${w}" height="${h}" rx="6"/>`;
  const shapes = [
    ...frames.map(({ rect }) => box('frame', rect)),
    ...edges.map(({ route }) => `<path class="way" d="${route.d}"/>`),
    ...places.filter(({ kind }) => kind !== 'part' && kind !== 'shelf').map(({ rect }) => box('place', rect)),
    ...places.filter(({ id }) => NAMED.has(id)).map(({ id, rect }) => `<text x="${rect.x + 12}" y="${rect.y + 24}">${id}</text>`),
  ];
  const user = places.find(({ id }) => id === 'user')?.rect;
  // The largest text of the page stands there from the first paint on.
  if (user !== undefined)
    shapes.push(
      `<text x="${user.x + 13}" y="${user.y + 23}">${en.stage.you}</text>`,
      `<foreignObject x="${user.x + 13}" y="${user.y + 32}" width="${user.w - 25}" height="${user.h - 32}"><div class="hint">${en.stage.start}</div></foreignObject>`,
    );
  return [
    '<div class="first" aria-hidden="true">',
    `<header>${en.name}</header>`,
    `<svg viewBox="0 0 ${width} ${height}">${shapes.join('')}</svg>`,
    `<p>${PLAIN_COMMAND}</p>`,
    '<div></div>',
    '</div>',
  ].join('');
}
