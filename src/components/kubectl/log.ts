// Lines of klog, and what kubectl logs of its requests with -v=6 and more. Models klog's header, client-go's
// transport/round_trippers.go and cli-runtime's loader.
import { goJson, goQuote } from '../../machinery/go-json';
import { rfc3339Micro } from '../../machinery/time';
import type { Ctx } from '../../sim/process';
import type { HttpRequest, HttpResponse } from '../../wire/payload';

/** Any number will do: a real one says which process it was. */
const PROCESS = '   1234';
type Severity = 'I' | 'W' | 'E';

/** `E0101 00:00:05.000100    1234 memcache.go:265] TEXT` */
export function klog(ctx: Ctx, severity: Severity, place: string, text: string): string {
  const [, month = '', day = '', clock = ''] = /^\d{4}-(\d\d)-(\d\d)T([\d:.]+)Z$/.exec(rfc3339Micro(ctx.now())) ?? [];
  return `${severity}${month}${day} ${clock} ${PROCESS} ${place}] ${text}\n`;
}

const GATES: readonly (readonly [name: string, enabled: boolean])[] = [
  ['AtomicFIFO', true],
  ['ClientsAllowCARotation', true],
  ['ClientsAllowCBOR', false],
  ['ClientsAllowTLSCacheGC', true],
  ['ClientsPreferCBOR', false],
  ['InOrderInformers', true],
  ['InOrderInformersBatchProcess', true],
  ['InformerResourceVersion', true],
  ['UnlockWhileProcessingFIFO', true],
  ['WatchListClient', true],
];
const CONFIG = '~/.kube/config';
const STATUS: { readonly [code: number]: string } = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};
/** How much of a body is shown with -v=8. */
const SHOWN = 1024;

/** Says nothing below -v=6. */
export class RequestLog {
  private started = false;

  constructor(
    private readonly ctx: Ctx,
    private readonly verbosity: number,
    private readonly base: string,
    private readonly err: (text: string) => void,
  ) {}

  private say(place: string, text: string): void {
    this.err(klog(this.ctx, 'I', place, text));
  }

  request({ method, path, headers, body }: HttpRequest): void {
    if (this.verbosity < 6) return;
    if (!this.started) {
      this.say('loader.go:407', `Config loaded from file:  ${CONFIG}`);
      for (const [name, enabled] of GATES) this.say('envvar.go:172', `"Feature gate default state" feature="${name}" enabled=${enabled}`);
    }
    this.started = true;
    if (this.verbosity >= 8) this.say('helper.go:105', `"Request Body" body=${goQuote(body === null ? '' : cut(goJson(body)))}`);
    if (this.verbosity < 7) return;
    const shown = ['accept', 'content-type', 'user-agent'].filter((name) => headers[name] !== undefined);
    const lines = shown.map((name) => `\t${canonical(name)}: ${headers[name]}\n`).join('');
    this.say('round_trippers.go:527', `"Request" verb="${method}" url="${this.base}${path}" headers=<\n${lines} >`);
  }

  response({ method, path }: HttpRequest, { status, headers, body }: HttpResponse, tookUs: number): void {
    if (this.verbosity < 6) return;
    const what = this.verbosity === 6 ? `verb="${method}" url="${this.base}${path}" ` : '';
    const lines = Object.keys(headers)
      .sort()
      .map((name) => `\t${canonical(name)}: ${headers[name]}\n`)
      .join('');
    const shown = this.verbosity >= 8 ? ` headers=<\n${lines} >` : '';
    const text = `"Response" ${what}status="${status} ${STATUS[status] ?? ''}"${shown} milliseconds=${Math.floor(tookUs / 1000)}`;
    this.say('round_trippers.go:632', text);
    if (this.verbosity < 8) return;
    const content = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
    this.say('helper.go:105', `"Response Body" body=${goQuote(this.verbosity >= 9 ? content : cut(content))}`);
  }
}

const cut = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)} [truncated ${text.length - SHOWN} chars]` : text);

/** `content-type` -> `Content-Type`. */
const canonical = (name: string): string => name.replace(/(^|-)[a-z]/g, (text) => text.toUpperCase());
