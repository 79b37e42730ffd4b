// What can be done to a place, in words: the deed, and what follows from it.

type Words = readonly [name: string, hint: string];
const whole = (id: string): string => id.replace('/', ' on ');

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
  drain: (node: string): Words => [`Drain ${node}`, 'Its Pods are evicted, and placed elsewhere.'],
} as const;
