// A service behind an HTTP server on this machine alone.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Service {
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade?(request: IncomingMessage, socket: Duplex): void;
}
export interface Listening {
  readonly url: string;
  close(): void;
}

/** Port 0: any that is free. Rejects where it cannot listen. */
export function listen(service: Service, port: number): Promise<Listening> {
  const server = createServer((request, response) => {
    service.serve(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  if (service.upgrade !== undefined) server.on('upgrade', (request, socket) => service.upgrade?.(request, socket));
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const close = (): void => {
        server.closeAllConnections();
        server.close();
      };
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close });
    });
  });
}
