// HTTP from outside to kube-apiserver's one entry, as kubectl would send it: bodies are decoded, watches are written
// line by line. Left out: TLS, compression, following a log (what is there is all that comes).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Json } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import { verbOf } from '../../machinery/resources';
import { failure } from '../../machinery/status';
import { EPOCH_SECONDS } from '../../machinery/time';
import { parseManifests } from '../../machinery/yaml';
import type { StreamItem } from '../../sim/network';
import type { Simulation } from '../../sim/simulation';
import { API_SERVER, KUBECTL } from '../../wire/names';
import type { HttpRequest, HttpResponse } from '../../wire/payload';
import { MOST_BYTES, readAll } from './body';
import { dial } from './dial';
import { asPayload } from './payload';
import { decodeProtobuf, PROTOBUF } from './protobuf';
import { upgrade } from './upgrade';
import { moved } from './wall-clock';

/** Node writes these itself. */
const OWN = new Set(['connection', 'content-length', 'date', 'transfer-encoding']);

export class Front {
  /** Seconds from the cluster's clock to the client's. */
  private readonly aheadS: number;

  constructor(private readonly sim: Simulation) {
    this.aheadS = Math.floor(Date.now() / 1_000) - (EPOCH_SECONDS + Math.floor(sim.now / 1_000_000));
  }

  upgrade(request: IncomingMessage, socket: Duplex): void {
    upgrade(this.sim, request, socket);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readAll(request);
    if (bytes === null) return refuse(response, 413, `the request has more than ${MOST_BYTES} bytes`);
    const body = this.bodyOf(bytes, request.headers['content-type'] ?? 'application/json');
    if (!body.ok) return refuse(response, 400, body.error);
    this.send(asPayload(request, body.value), response);
  }

  private bodyOf(bytes: Uint8Array, contentType: string): Result<Json> {
    if (bytes.length === 0) return ok(null);
    if (contentType.startsWith(PROTOBUF)) {
      const decoded = decodeProtobuf(bytes);
      return decoded.ok ? ok(JSON.parse(moved(JSON.stringify(decoded.value), -this.aheadS)) as Json) : decoded;
    }
    const text = moved(Buffer.from(bytes).toString(), -this.aheadS);
    if (contentType.includes('yaml')) {
      const parsed = parseManifests(text);
      return parsed.ok ? ok(parsed.value[0] ?? null) : parsed;
    }
    try {
      return ok(JSON.parse(text) as Json);
    } catch (error) {
      return err(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private send(payload: HttpRequest, response: ServerResponse): void {
    const { sim } = this;
    const client = sim.process(KUBECTL);
    if (client === null) return refuse(response, 503, 'the cluster does not run');
    const streams = verbOf(payload.method, payload.path) === 'watch';
    dial(sim, client, API_SERVER, payload, response, (item, exchange) => {
      this.hear(item, response, streams);
      if (item.type === 'response' && !streams) exchange.close();
    });
  }

  private hear(item: StreamItem, response: ServerResponse, streams: boolean): void {
    if (item.type === 'end') {
      if (response.headersSent) response.end();
      else refuse(response, 503, `kube-apiserver does not answer: ${item.reason}`);
      return;
    }
    const { payload } = item;
    if (payload.protocol !== 'http') return;
    if (payload.kind === 'response') {
      this.head(payload, response);
      const text = payload.body === null && streams ? '' : this.textOf(payload.body);
      if (streams && payload.status < 400) {
        response.flushHeaders();
        if (text !== '') response.write(text);
      } else response.end(text);
    } else if (payload.kind === 'watch-delivery') response.write(`${this.textOf({ type: payload.type, object: payload.object })}\n`);
    else response.write(String(payload.body['data'] ?? ''));
  }

  private head({ status, headers, body }: HttpResponse, response: ServerResponse): void {
    const plain = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
    const own = Object.entries(headers).filter(([name]) => !OWN.has(name));
    response.writeHead(status, { 'content-type': plain, ...Object.fromEntries(own) });
  }

  private textOf(body: Json): string {
    return typeof body === 'string' ? body : moved(JSON.stringify(body), this.aheadS);
  }
}

const REASONS: { readonly [code: number]: string } = { 400: 'BadRequest', 413: 'RequestEntityTooLarge', 503: 'ServiceUnavailable' };

/** What the front itself refuses, in the form in which kube-apiserver does. */
function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(failure(code, REASONS[code] ?? '', message)));
}
