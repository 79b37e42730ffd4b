// A request from outside into the simulation, in the name of a process of it; over when the connection that it came by is.
import type { Stream, StreamItem } from '../../sim/network';
import type { Process } from '../../sim/process';
import type { Simulation } from '../../sim/simulation';
import type { ComponentId } from '../../wire/names';
import type { RequestPayload } from '../../wire/payload';

interface Connection {
  on(event: 'close', listener: () => void): unknown;
}

export function dial(
  sim: Simulation,
  client: Process,
  to: ComponentId,
  payload: RequestPayload,
  connection: Connection,
  hear: (item: StreamItem, exchange: Stream) => void,
): void {
  const within = (action: () => void): void => sim.within({ process: client, actor: null, cause: null, idle: false }, action);
  within(() => {
    const exchange = client.open(to, payload, (item) => hear(item, exchange));
    connection.on('close', () => within(() => exchange.close()));
  });
}
