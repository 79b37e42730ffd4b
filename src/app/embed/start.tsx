// The page within another one (`?embed`): a cover until it is clicked, or until the embedding page wishes something.
// Only then is a cluster simulated. docs/EMBEDDING.md
import { createRoot, type Root } from 'react-dom/client';
import type { Packer } from '../../share/link';
import type { AddressBar } from '../address';
import type { Desk } from '../desk';
import { keepNothing, usePreferences } from '../preferences';
import { Cover } from './cover';
import { Embedded } from './embedded';
import { hearParent, tellMoments, tellParent } from './parent';
import { createShow, type Show } from './show';
import type { Wish } from './words';

export interface EmbedNeeds {
  readonly page: Root;
  readonly query: URLSearchParams;
  readonly createDesk: (bar: AddressBar) => Desk;
  readonly loadPacker: () => Promise<Packer>;
}

/** What is shown if the embedding page names nothing. */
const PLAIN = '#/create-deployment';
const THEMES = ['dark', 'light', 'contrast'] as const;

interface OwnBar extends AddressBar {
  open(hash: string): void;
}

/** The frame's address belongs to the embedding page; where we are stands beside it. */
function ownBar(): OwnBar {
  let hash = location.hash === '' ? PLAIN : location.hash;
  let tell = (): void => undefined;
  const open = (wanted: string): void => {
    hash = wanted;
    tell();
  };
  addEventListener('hashchange', () => open(location.hash));
  return {
    open,
    hash: () => hash,
    replace: (next) => {
      hash = next;
    },
    onChange(hear) {
      tell = hear;
      return () => undefined;
    },
  };
}

export function startEmbedded({ page, query, createDesk, loadPacker }: EmbedNeeds): void {
  // For this page only: a preference is the reader's.
  const theme = THEMES.find((known) => known === query.get('theme'));
  keepNothing();
  if (theme !== undefined) usePreferences.setState({ theme });
  document.documentElement.dataset.embedded = '';
  const bar = ownBar();
  const holder = document.body.appendChild(document.createElement('div'));
  const cover = createRoot(holder);
  let show: Show | null = null;
  let tellAgain = (): void => tellParent({ type: 'ready' });

  function start(): Show {
    cover.unmount();
    holder.remove();
    const desk = createDesk(bar);
    const started = createShow(desk, bar.open);
    tellAgain = tellMoments(desk.session, tellParent);
    desk.address.problem.subscribe(() => desk.address.problem.get() !== null && tellParent({ type: 'refused', why: 'bad-link' }));
    page.render(<Embedded desk={desk} show={started} />);
    return started;
  }

  function grant(wish: Wish): void {
    if (wish.type === 'tell') tellAgain();
    else if (show !== null) show.grant(wish);
    else if (wish.type === 'open') {
      bar.open(wish.link);
      renderCover();
    } else if (wish.type !== 'pause') {
      show = start();
      show.grant(wish);
    }
  }

  function renderCover(): void {
    const play = (): void => {
      show ??= start();
      show.play();
    };
    cover.render(<Cover key={bar.hash()} hash={bar.hash()} loadPacker={loadPacker} start={play} />);
  }

  renderCover();
  hearParent(grant);
  tellAgain();
}
