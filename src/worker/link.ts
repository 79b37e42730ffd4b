// The page's way to a cluster: a worker, watched; where workers are forbidden, the same code in this thread.
import type { Run } from '../wire/run';
import { type Carrier, connect, HOST_LOADED, type HostHere } from './connection';
import entryUrl from './entry?worker&url';
import type { ClusterLink, FromWorker, RunState, ToWorker } from './protocol';
import { failureReport } from './report';

const TICK_MS = 1000;
/** What is followed by a status. */
const OWED: readonly ToWorker['type'][] = ['open', 'input', 'continue'];
/** So many ticks without a word from a worker that owes one, and it is given up. */
const MAX_SILENT_TICKS = 10;
/** The watchdog's question is numbered apart from the page's. */
const PING_ID = -1;

type Hear = (message: FromWorker) => void;

let loaded: Promise<HostHere> | null = null;
/** The worker's file, loaded into this thread: once, for it announces itself only once. */
function loadEntry(): Promise<HostHere> {
  loaded ??= new Promise((resolve, reject) => {
    document.addEventListener(HOST_LOADED, (event) => resolve((event as CustomEvent<HostHere>).detail), { once: true });
    import(/* @vite-ignore */ entryUrl).catch(reject);
  });
  return loaded;
}

export const createWorkerLink = (load = loadEntry): ClusterLink => connect((hear) => startWorker(hear, load));

function startWorker(hear: Hear, load: typeof loadEntry): Carrier {
  let worker: Worker;
  try {
    worker = new Worker(entryUrl, { type: 'module' });
  } catch {
    return startHere(hear, load, []);
  }
  /** Until the worker first speaks, it may turn out to be forbidden: what it was told is kept. */
  let unanswered: ToWorker[] | null = [];
  let here: Carrier | null = null;
  const watchdog = watch(
    () => worker.postMessage({ type: 'ask', id: PING_ID, question: { type: 'lines', seqs: [] } } satisfies ToWorker),
    (report) => {
      worker.terminate();
      hear({ type: 'failed', report });
    },
  );
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    unanswered = null;
    watchdog.heard(data);
    if (data.type !== 'answer' || data.id !== PING_ID) hear(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    watchdog.end();
    worker.terminate();
    if (unanswered === null) hear({ type: 'failed', report: failureReport(event.message, watchdog.run()) });
    else here = startHere(hear, load, unanswered);
  };
  return {
    post(message) {
      if (here !== null) return here.post(message);
      unanswered?.push(message);
      watchdog.told(message);
      worker.postMessage(message);
    },
    end() {
      watchdog.end();
      worker.terminate();
      here?.end();
    },
  };
}

/** The cluster's code is loaded only when it is needed here. */
function startHere(hear: Hear, load: typeof loadEntry, told: readonly ToWorker[]): Carrier {
  let carrier: Carrier | null = null;
  let open = true;
  const waiting = [...told];
  void load().then(
    (hostHere) => {
      if (!open) return;
      carrier = hostHere(hear);
      for (const message of waiting) carrier.post(message);
    },
    (error: unknown) => hear({ type: 'failed', report: failureReport(error, null) }),
  );
  return {
    post(message) {
      if (carrier === null) waiting.push(message);
      else carrier.post(message);
    },
    end() {
      open = false;
      carrier?.end();
    },
  };
}

interface Watchdog {
  told(message: ToWorker): void;
  heard(message: FromWorker): void;
  /** The run that the worker has. */
  run(): Run | null;
  end(): void;
}

/** Pings the worker while it owes us something, and only then. Counts ticks, not time: a machine that slept
 *  ticks once, and then hears the answers that waited. */
function watch(ping: () => void, giveUp: (report: string) => void): Watchdog {
  let run: Run | null = null;
  let state: RunState = 'stopped';
  let timer: ReturnType<typeof setInterval> | null = null;
  let silent = 0;
  const questions = new Set<number>();
  const owes = (): boolean => state === 'booting' || state === 'running' || questions.size > 0;

  function tick(): void {
    if (!owes()) return end();
    if (silent++ === 0) ping();
    if (silent <= MAX_SILENT_TICKS) return;
    end();
    giveUp(failureReport(`The cluster's worker did not answer for ${(MAX_SILENT_TICKS * TICK_MS) / 1000} s.`, run));
  }
  function end(): void {
    if (timer !== null) clearInterval(timer);
    timer = null;
  }
  return {
    run: () => run,
    end,
    told(message) {
      if (message.type === 'ask') questions.add(message.id);
      else if (OWED.includes(message.type)) state = 'running';
      if (message.type === 'open') run = message.run;
      silent = 0;
      timer ??= setInterval(tick, TICK_MS);
    },
    heard(message) {
      silent = 0;
      if (message.type === 'answer') questions.delete(message.id);
      else if (message.type === 'status') state = message.state;
      else if (message.type === 'failed') end();
      else if (message.type === 'opened' || message.type === 'extended') run = message.run;
    },
  };
}
