// Every word of the page, in one place. Functions where a number or a name goes in.

const plural = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

export const en = {
  name: 'Watchloop',
  tagline: 'Watch Kubernetes work',
  skip: 'Skip to the transport',
  scenario: { fresh: 'A fresh cluster', more: (line: string, more: number) => (more === 0 ? line : `${line}  + ${more} more`) },
  level: {
    label: 'Level of detail',
    story: 'Story', messages: 'Messages', wire: 'Wire',
    storyHint: 'the steps a person would tell', messagesHint: 'every request, answer and delivery', wireHint: 'leases, bookmarks and polls too',
  },
  bar: {
    share: 'Share', copied: 'Link copied', copyFailed: 'Copy the link from the address bar',
    panel: 'Details', closePanel: 'Close details', view: 'View', shortcuts: 'Keyboard shortcuts',
  },
  view: {
    theme: 'Theme', system: 'As the system', dark: 'Dark', light: 'Light', contrast: 'High contrast',
    motion: 'Motion', motionSystem: 'As the system', motionFull: 'Travel', motionReduced: 'Reduced',
    size: 'Size', normal: 'Normal', presentation: 'Presentation',
    boot: 'Tell the boot', bootHint: 'how the cluster started, before your first command',
  },
  transport: {
    label: 'Transport', previous: 'Previous', play: 'Play', pause: 'Pause', next: 'Next', speed: 'Speed',
    instant: 'Instant', times: (value: number) => `${value}×`, by: 'Step by', message: 'Message', exchange: 'Exchange', chapter: 'Chapter',
    waiting: 'Waiting for the cluster',
  },
  timeline: {
    label: 'Timeline', scrub: 'Position in the recording', chapters: 'Chapters', start: 'Before the first message',
    value: (place: number, of: number, sentence: string) => `Message ${place} of ${of}. ${sentence}`,
    count: (place: number, of: number) => `${place.toLocaleString('en')} / ${of.toLocaleString('en')}`,
    goTo: (chapter: string, occurrence: number) => `Go to ${chapter} ${occurrence}`,
    empty: 'The recording appears here once you run a command.',
    skipped: (count: number) => `+${plural(count, 'quiet message')}`,
  },
  stage: {
    label: 'The cluster', you: 'You', terminal: 'terminal',
    start: 'Press Enter in the terminal. Every message will be shown, one at a time.',
    chambers: {
      authentication: 'Authentication', fairness: 'Fairness', authorization: 'Authorization', admission: 'Admission', validation: 'Validation', storage: 'Storage',
    },
    gate: 'the only way in', watches: (count: number) => plural(count, 'open watch', 'open watches'),
    etcd: 'every write is a revision', revision: 'revision', keys: (count: number) => plural(count, 'key'), deleted: 'deleted',
    manager: 'compares what is with what should be', scheduler: 'finds a node for each Pod', queue: 'in the queue', idle: 'queue empty',
    registry: 'container images', noPods: 'no Pods here', more: (count: number) => `+${count}`,
    pods: (count: number) => plural(count, 'Pod'), rules: (count: number) => plural(count, 'service rule'), noRules: 'no service rules',
    controlPlane: 'control plane', worker: 'worker', ready: 'Ready', notReady: 'NotReady', unknown: 'Unknown', joining: 'joining', cordoned: 'cordoned', down: 'stopped',
    kubelet: 'runs Pods', containerd: 'runs containers', proxy: 'writes rules', kernel: 'iptables', sends: 'commands',
    told: (number: number) => `told step ${number} of 17`, open: 'Open this message', fit: 'Show the whole cluster',
    textTitle: 'The cluster in words', nobody: 'Nobody speaks yet.',
    describe: (name: string, state: string) => `${name}: ${state}`,
  },
  story: {
    title: 'Story', empty: 'Run a command and its story is written here, step by step.', told: (number: number) => `step ${number} of 17`,
    times: (count: number) => plural(count, 'step'),
  },
  message: {
    title: 'Message', empty: 'Choose a message on the stage or in the story to look inside.', loading: 'Opening…', gone: 'This message is not in the recording.',
    number: (seq: number) => `#${seq.toLocaleString('en')}`, sent: 'Sent', received: 'Received', never: 'never', protocol: 'Protocol', actor: 'Part', object: 'Object',
    request: 'Request', answer: 'Answer', delivery: 'Delivery', inside: 'What happened', headers: 'Headers', body: 'Body', noBody: 'No body.', noAnswer: 'No answer yet.',
    yaml: 'YAML', json: 'JSON', raw: 'Raw', changes: 'What changed', before: 'Before', after: 'After', nothing: 'nothing',
    causes: 'Why it was sent', effects: 'What it caused', noEffects: 'Nothing further.', chain: 'Chambers passed', copyCurl: 'Copy as curl', copied: 'Copied',
    truth: 'Where the short story differs', openOther: 'Open the other half', goTo: 'Go to this message', moreHeaders: 'All headers', firstCause: 'It began here.',
    more: (count: number) => `Show ${count} more`,
  },
  terminal: {
    title: 'Terminal', prompt: 'Command', run: 'Run', expand: 'Open the terminal', collapse: 'Fold the terminal', log: 'Terminal output',
    starting: 'The cluster is starting. Your command runs as soon as it is ready.', hint: 'Enter runs it. Up and Down recall. Paste YAML to apply it.',
    manifest: 'Manifest', manifestHint: 'Sent as the standard input of the command above.', apply: 'Apply', cancel: 'Cancel', placeholder: 'kubectl …',
    earlier: (place: number) => `Given at message ${place}: history goes on from there.`, tooLong: 'That is more text than a command may carry (128 KiB).',
    exit: (code: string) => `exit ${code}`,
  },
  status: {
    booting: 'The cluster is starting', running: 'Working', rest: 'At rest', limit: 'Did not come to rest', stopped: 'Stopped',
    time: (text: string) => `${text}`, limitTitle: 'This run did not come to rest', limitHint: 'It was stopped at its bound. Everything up to here can be played.',
    goOn: 'Let it run 60 s longer', digest: (hex: string) => `digest ${hex}`,
    crashTitle: 'The simulation stopped with an error', crashHint: 'This is a fault in Watchloop, not in your cluster. The report below repeats it.', restart: 'Restart the run', copyReport: 'Copy the report', dismiss: 'Dismiss',
    component: (name: string) => `${name} crashed because of a fault in Watchloop.`,
    end: 'End of the recording. Type another command, or go back with Previous.',
  },
  link: {
    damaged: 'This link is damaged, so its run cannot be opened. Here is the start page instead.',
    'too-long': 'This link is longer than a link may be. Here is the start page instead.',
    'not-a-link': 'This address is not a Watchloop link. Here is the start page instead.',
    'other-version': 'This link was made by another version of Watchloop. Here is the start page instead.',
    'bad-run': 'This link does not hold a run. Here is the start page instead.',
    'bad-moment': 'This link names no moment of a run. Here is the start page instead.',
    missing: 'The moment of this link is not in the recording; here is the nearest.',
  },
  shortcuts: {
    title: 'Keyboard shortcuts', close: 'Close',
    rows: [
      ['Space', 'play or pause'], ['→  Page Down', 'next message'], ['←  Page Up', 'previous message'], ['Shift + ← →', 'previous or next exchange'],
      ['[   ]', 'previous or next chapter'], ['Home   End', 'beginning or end'], ['Enter', 'open the message in focus'], ['/', 'go to the terminal'],
      ['1   2   3', 'story, messages, wire'], ['.', 'dark the stage (presenting)'], ['P', 'presentation size'], ['Esc', 'close what is open'], ['?', 'this list'],
    ] as readonly (readonly [string, string])[],
  },
  tabs: { label: 'Panel', story: 'Story', message: 'Message', terminal: 'Terminal' },
} as const;
