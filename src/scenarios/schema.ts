// The schema of a scenario as a person writes it. What a run consists of comes from wire/run-schema.ts; here it may be said
// shorter, and each member has a sentence that editors show. `public/scenario.schema.json` is made of it.
import { object, type Properties, type Schema } from '../base/schema';
import { CHAPTERS } from '../narration/chapters';
import type { FaultSpec, Input, NodeSpec } from '../wire/run';
import {
  BYTES_PER_SECOND,
  FAULTS,
  IMAGES,
  INPUTS,
  integer,
  MATCHER,
  MOST_INPUTS,
  MOST_NODES,
  NODE_MEMBERS,
  SEED,
  text,
} from '../wire/run-schema';
import { SCENARIO_VERSION } from './scenario';

const told = (schema: Schema, description: string): Schema => ({ ...schema, description });
const list = (items: Schema, maxItems: number, minItems = 0): Schema => ({ type: 'array', minItems, maxItems, items });
const PARAGRAPH = text(2000, 1);
const LINE = text(200, 1);

const DURATION = '([0-9]{1,12}(\\.[0-9]{1,6})?(h|m|s|ms|us)){1,5}';
const WHEN: Schema = told(
  {
    oneOf: [
      {
        type: 'string',
        maxLength: 32,
        pattern: `^(rest|${DURATION})$`,
        patternErrorMessage: 'rest or a time like 90s, 1m30s or 250ms',
        examples: ['rest', '60s'],
      },
      object({ after: told(MATCHER, 'As soon as a record matches that came after the input before this one; if none does, at rest.') }),
    ],
    default: 'rest',
  },
  'When it is given: at rest (once all before it has settled), at a time since the first input (90s), or after a record that matches.',
);

const MOMENT: Schema = told(
  {
    oneOf: [
      {
        type: 'string',
        maxLength: 24,
        pattern: `^(${CHAPTERS.join('|').toLowerCase()})\\.[1-9][0-9]{0,5}$`,
        patternErrorMessage: `a chapter and its occurrence like schedule.1; chapters are ${CHAPTERS.join(', ').toLowerCase()}`,
        examples: CHAPTERS.map((chapter) => `${chapter.toLowerCase()}.1`),
      },
      MATCHER,
    ],
  },
  'The moment: a chapter and its occurrence as in links (schedule.1), or the first record that matches.',
);

const FAULT_TEXTS: { readonly [kind in FaultSpec['kind']]: string } = {
  'kill-container': 'Stops a container of the control plane; its kubelet starts it again.',
  'static-pod-away': 'Takes the manifest of a control-plane component out of its folder (true) or puts it back (false).',
  'kill-process': 'Kills a process of a node, as kubelet/node-1.',
  'start-process': 'Starts such a process again.',
  'node-power': 'Turns the power of a node off or on.',
  reset: 'Resets what a client has open about paths that begin so: watches end and are begun anew.',
  partition: 'No packet passes between the two, or only none from the first to the second.',
  stall: 'The receiver takes nothing in; what is sent waits.',
  delay: 'Every message between the two takes longer.',
  heal: 'Ends what was partitioned, stalled or delayed between these two before its time.',
  'lose-answer': 'The next write of this client whose path begins so is done, and its answer lost.',
  'compact-etcd': 'Compacts etcd at its present revision: who watches from an older one hears 410.',
  registry: 'How the registry of images does.',
  clock: 'Sets the clock of a node ahead, or behind by a negative number; 0 makes it right again.',
  disk: 'Fills the disk of a node, or empties it.',
};
const FAULT: Schema = {
  oneOf: Object.entries(FAULTS).map(([kind, members]) =>
    told(object({ kind: { const: kind }, ...members }), FAULT_TEXTS[kind as FaultSpec['kind']]),
  ),
};
const INPUT_TEXTS: { readonly [type in Input['type']]: string } = {
  kubectl: 'A command as typed in a terminal, with its standard input for `-f -`.',
  interrupt: 'Ctrl-C: ends what still runs in the terminal.',
  fault: 'Something breaks, or is put right.',
  request: 'One request by HTTP, as `curl` sends it: from a Pod, a node or outside to an address and a port.',
  load: 'Such a request in each second, counted as ok or failed.',
};
const INPUT: Schema = {
  oneOf: [
    told(
      { ...text(8192, 1), examples: ['kubectl create deployment test --image=nginx'] },
      'A kubectl command, or a request by curl, given at rest.',
    ),
    ...Object.entries(INPUTS).map(([type, { members, optional }]) =>
      told(
        object({ when: WHEN, type: { const: type }, ...members, ...('fault' in members ? { fault: FAULT } : {}) }, [...optional, 'when']),
        INPUT_TEXTS[type as Input['type']],
      ),
    ),
  ],
};

const NODE_TEXTS: { readonly [member in keyof Required<NodeSpec>]: string } = {
  name: 'Its name.',
  role: 'control-plane for one node, and for up to two more with staticPods; without any the usual one is added.',
  address: 'Its address in the network of the nodes.',
  podCIDR: 'Where its Pods get their addresses from.',
  cpu: 'Its processors.',
  memory: 'Its memory.',
  pods: 'How many Pods it takes at most.',
  labels: 'Labels, for example its zone: topology.kubernetes.io/zone.',
  taints: 'Taints: only Pods that tolerate them may come.',
  images: 'Images that it has already, as nginx:latest.',
  staticPods: 'For a further control-plane node: what stands by on it, kube-controller-manager or kube-scheduler.',
  off: 'true: switched off at first. It joins when a fault node-power switches it on.',
};
const NODE = object(
  Object.fromEntries(Object.entries(NODE_MEMBERS).map(([member, schema]) => [member, told(schema, NODE_TEXTS[member as keyof NodeSpec])])),
  Object.keys(NODE_MEMBERS).filter((member) => member !== 'name'),
);
const CLUSTER: Properties = {
  nodes: told(
    { oneOf: [{ type: 'integer', minimum: 0, maximum: MOST_NODES - 1 }, list(NODE, MOST_NODES, 1)], default: 3 },
    'How many workers, or the nodes one by one.',
  ),
  images: told(IMAGES, 'What the registry has, by name without tag, instead of the usual images: size, and what a container of it does.'),
  registryBytesPerSecond: told(BYTES_PER_SECOND, 'How fast a node pulls from the registry.'),
};

const MATCHERS = list(MATCHER, 50);
const MEMBERS: Properties = {
  version: told({ type: 'integer', const: SCENARIO_VERSION }, 'Version of this form.'),
  title: told(LINE, 'A few words.'),
  level: told({ type: 'string', enum: ['story', 'messages', 'wire'], default: 'story' }, 'How much is told at first.'),
  text: told(PARAGRAPH, 'A paragraph: what happens, and why.'),
  seed: told({ ...SEED, default: 1 }, 'Decides all that chance decides.'),
  cluster: told(object(CLUSTER, Object.keys(CLUSTER)), 'The cluster, as far as it is not the usual one.'),
  inputs: told(list(INPUT, MOST_INPUTS), 'What is given to the cluster, in this order.'),
  steps: told(list(object({ at: MOMENT, text: told(text(500, 1), 'What to see there.') }), 50), 'What to look at.'),
  questions: told(
    list(
      object({
        at: MOMENT,
        ask: told(text(500, 1), 'The question, asked before the moment is shown.'),
        options: told(list(LINE, 6, 2), 'The possible answers.'),
        answer: told(LINE, 'The right one of the options.'),
        because: told(text(500, 1), 'Why it is right.'),
      }),
      50,
    ),
    'Questions to a learner.',
  ),
  goals: told(
    list(object({ text: told(text(500, 1), 'What to reach.'), reached: told(MATCHER, 'Reached once a record matches.') }), 20),
    'What a learner is to reach by commands of their own.',
  ),
  expectations: told(
    object(
      {
        occurs: told(MATCHERS, 'Each matches at least one record.'),
        never: told(MATCHERS, 'None matches any record.'),
      },
      ['occurs', 'never'],
    ),
    'What must and must not be seen.',
  ),
  key: told(integer(0, MOST_INPUTS - 1), 'The input, counted from 0, without which the expectations do not hold.'),
  restless: told(text(500, 1), 'Why the run does not come to rest, if it does not.'),
  reading: told(
    list(
      object({
        title: LINE,
        url: { ...text(500, 1), pattern: '^https://[^\\s<>"]+$', patternErrorMessage: 'an address that begins with https://' },
      }),
      20,
    ),
    'Where to read more.',
  ),
};

export const SCENARIO: Schema = {
  title: 'Watchloop scenario',
  ...object(
    MEMBERS,
    Object.keys(MEMBERS).filter((member) => !['version', 'title', 'inputs'].includes(member)),
  ),
};

/** As a file for editors: what stands in several places stands there once. */
export function schemaFile(): string {
  const shared: Properties = { when: WHEN, matcher: MATCHER, moment: MOMENT, fault: FAULT, input: INPUT, node: NODE };
  const names = new Map(Object.entries(shared).map(([name, schema]) => [schema as unknown, name]));
  const refer = (_key: string, value: unknown): unknown => (names.has(value) ? { $ref: `#/$defs/${names.get(value)}` } : value);
  const definitions = Object.entries(shared).map(([name, schema]) => [name, { ...schema }]);
  const whole = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...SCENARIO, $defs: Object.fromEntries(definitions) };
  return `${JSON.stringify(whole, refer, 2)}\n`;
}
