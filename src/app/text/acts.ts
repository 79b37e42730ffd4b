// What can be done to a place, in words: the deed, and what follows from it.

import { LASTS_S } from '../acts/lines';

type Words = readonly [name: string, hint: string];
const whole = (id: string): string => id.replace('/', ' on ');

/** How much slower a line gets. */
export const SLOWER_MS = 500;

/** A node that is as far behind looks as if it had not renewed its lease; one that is ahead only writes wrong times. */
export const CLOCK_US = { behind: -300_000_000, ahead: 3_600_000_000 } as const;
const CLOCKS: { readonly [aheadUs: number]: (node: string) => Words } = {
  [CLOCK_US.behind]: (node) => [
    `Set the clock of ${node} 5 minutes behind`,
    'Its renewals look old: the control plane gives it up for a while.',
  ],
  [CLOCK_US.ahead]: (node) => [`Set the clock of ${node} an hour ahead`, 'Its time stamps are wrong; durations are not.'],
};

export const acts = {
  open: 'Act on it',
  now: 'At the end of the recording: it goes on with this.',
  past: (place: number) => `At message ${place}, before the end: this begins a new branch. The future as it is now is kept.`,
  killContainer: (name: string): Words => [`Kill the process of ${name}`, 'The kubelet sees it and starts it again.'],
  stop: (name: string): Words => [`Stop ${name}`, 'Its manifest is taken away; it stays down until you put it back.'],
  startAgain: (name: string): Words => [`Start ${name} again`, 'Its manifest is put back; the kubelet starts it.'],
  kill: (id: string): Words => [`Kill ${whole(id)}`, 'Nothing starts it again but you. What it started goes on.'],
  start: (id: string): Words => [`Start ${whole(id)} again`, 'It looks around and takes its work up.'],
  killPod: (name: string): Words => [
    `Kill the process in ${name}`,
    'Its container ends; the kubelet starts it again as its restart policy says.',
  ],
  deletePod: (name: string): Words => [`Delete Pod ${name}`, 'As with kubectl; who owns it makes another one.'],
  powerOff: (node: string): Words => [
    `Power off ${node}`,
    'All on it stops at once. The control plane notices when it hears nothing for a while.',
  ],
  powerOn: (node: string): Words => [`Power on ${node}`, 'Its processes start; its disk is as it was.'],
  cordon: (node: string): Words => [`Cordon ${node}`, 'No new Pod is placed there.'],
  uncordon: (node: string): Words => [`Uncordon ${node}`, 'Pods may be placed there again.'],
  cut: (other: string): Words => [`Cut from ${other} for ${LASTS_S} s`, 'No packet passes, in both directions. Neither of them is told.'],
  cutBoth: (a: string, b: string): Words => [
    `Cut ${a} and ${b} for ${LASTS_S} s`,
    'No packet passes, in both directions. Neither of them is told.',
  ],
  cutOneWay: (a: string, b: string): Words => [`Lose all from ${a} to ${b} for ${LASTS_S} s`, 'The other direction still works.'],
  mend: (a: string, b: string): Words => [`Mend ${a} and ${b}`, 'What waits comes through when it is next tried.'],
  slow: (): Words => [`Slow down by ${SLOWER_MS} ms for ${LASTS_S} s`, 'Every message takes longer, in both directions.'],
  stall: (receiver: string, sender: string): Words => [
    `Let ${receiver} take nothing in from ${sender} for ${LASTS_S} s`,
    'What is sent waits at its door; no connection breaks.',
  ],
  reset: (): Words => ['Reset what is open', 'Watches end; their clients begin them again.'],
  loseAnswer: (client: string): Words => [`Lose the answer to the next write of ${client}`, 'It is done, but who asked does not know.'],
  line: (other: string): Words => [`More for its line to ${other}`, 'One way, slower, reset.'],
  compact: ['Compact etcd', 'Its older revisions are gone: who watches from one of them must list again.'] as Words,
  registry: {
    slow: ['Make the registry slow', 'Images take much longer to pull.'],
    failing: ['Make the registry fail', 'It answers 503; the kubelet backs off.'],
    down: ['Stop the registry', 'Nobody answers there.'],
    well: ['Repair the registry', 'It answers as it did at first.'],
  } as Readonly<Record<'slow' | 'failing' | 'down' | 'well', Words>>,
  fill: (node: string): Words => [`Fill the disk of ${node}`, 'The kubelet says so, takes no new Pods, and evicts some.'],
  makeRoom: (node: string): Words => [`Make room on ${node}`, 'Its disk is as empty as before.'],
  clock: (node: string, aheadUs: number): Words =>
    CLOCKS[aheadUs]?.(node) ?? [`Set the clock of ${node} right`, 'It shows the true time again.'],
  drain: (node: string): Words => [`Drain ${node}`, 'Its Pods are evicted, and placed elsewhere.'],
} as const;
