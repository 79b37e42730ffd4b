// Sees to it that a container's image is on the node: by policy, one pull at a time, later after each failure.
// Models kubernetes pkg/kubelet/images/image_manager.go and puller.go (serial). Left out: credentials,
// pulls of private images checked again.
import { SECOND } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import type { EventRecorder } from '../../client/event-recorder';
import { goDuration } from '../../machinery/duration';
import type { Container, Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { parseImageName } from '../../wire/image-name';
import { Backoff } from './backoff';
import { initContainersOf } from './containers-of';
import { type Cri, errorText } from './cri';
import { containerPath, REASONS } from './events';
import { think } from './pace';

const FIRST_BACKOFF_US = 10 * SECOND;
const MAX_BACKOFF_US = 300 * SECOND;

/** Why a container cannot be started, as its status shows it. `untilUs`: not to be tried before. */
export interface StartFailure {
  readonly reason: string;
  readonly message: string;
  readonly untilUs?: number;
}

export class Images {
  readonly backoff: Backoff;
  private readonly queue: (() => void)[] = [];
  private pulling = false;
  private readonly lastError = new Map<string, string>();

  constructor(
    private readonly ctx: Ctx,
    private readonly cri: Cri,
    private readonly events: EventRecorder,
  ) {
    this.backoff = new Backoff(FIRST_BACKOFF_US, MAX_BACKOFF_US, (key, delayUs) =>
      ctx.inside('image', { image: key, backOffUs: delayUs }, { [`backoff/image/${key}`]: delayUs }),
    );
  }

  /** The image's id. */
  *ensure(pod: Pod, container: Container, sandboxConfig: JsonObject): Task<Result<string, StartFailure>> {
    const { image: written, imagePullPolicy: policy } = container;
    const image = defaultTag(written);
    const spec = { image, annotations: pod.metadata.annotations ?? {} };
    const alwaysPull = policy === 'Always';
    const present = alwaysPull ? null : yield* this.status(spec);
    if (present !== null && !present.ok) {
      this.warn(pod, container, REASONS.FailedToInspectImage, `Failed to inspect image "${image}": ${present.error}`);
      return err({ reason: 'ImageInspectError', message: `Failed to inspect image "${image}": ${present.error}` });
    }
    if (present !== null && present.value !== null) {
      this.tell(
        pod,
        container,
        REASONS.PulledImage,
        `Container image "${written}" already present on machine and can be accessed by the pod`,
      );
      return ok(present.value.id);
    }
    if (policy === 'Never') {
      const message = `Container image "${written}" is not present with pull policy of Never`;
      this.warn(pod, container, REASONS.ErrImageNeverPullPolicy, message);
      return err({ reason: 'ErrImageNeverPull', message });
    }
    return yield* this.pull(pod, container, spec, sandboxConfig);
  }

  private *pull(
    pod: Pod,
    container: Container,
    spec: { readonly image: string; readonly annotations: JsonObject },
    sandboxConfig: JsonObject,
  ): Task<Result<string, StartFailure>> {
    const { image: written } = container;
    const key = `${pod.metadata.uid}_${spec.image}`;
    if (this.backoff.isInBackOffSinceUpdate(key, this.ctx.now())) {
      const message = `Back-off pulling image "${written}"`;
      this.tell(pod, container, REASONS.BackOffPullImage, message);
      const why = this.lastError.get(key);
      return err({ reason: 'ImagePullBackOff', message: why === undefined ? message : `${message}: ErrImagePull: ${why}` });
    }
    this.tell(pod, container, REASONS.PullingImage, `Pulling image "${written}"`);
    const askedUs = this.ctx.now();
    yield* this.turn();
    const startedUs = this.ctx.now();
    const pulled = yield* this.cri.call('PullImage', { image: spec, sandboxConfig });
    const [tookUs, inAllUs] = [this.ctx.now() - startedUs, this.ctx.now() - askedUs];
    this.nextTurn();
    if (!pulled.ok) {
      const message = errorText(pulled.error);
      this.warn(pod, container, REASONS.FailedToPullImage, `Failed to pull image "${written}": ${message}`);
      this.backoff.next(key, this.ctx.now(), this.ctx.now());
      this.lastError.set(key, message);
      return err({ reason: 'ErrImagePull', message });
    }
    yield* think(this.ctx, `pulled/${key}`);
    const status = yield* this.status(spec);
    const size = status.ok && status.value !== null ? status.value.size : '0';
    const message = `Successfully pulled image "${written}" in ${roundedMs(tookUs)} (${roundedMs(inAllUs)} including waiting). Image size: ${size} bytes.`;
    this.tell(pod, container, REASONS.PulledImage, message);
    this.backoff.forget(key);
    this.lastError.delete(key);
    return ok(String(pulled.value.imageRef));
  }

  private *status(spec: JsonObject): Task<Result<{ readonly id: string; readonly size: string } | null>> {
    const answer = yield* this.cri.call('ImageStatus', { image: spec });
    if (!answer.ok) return err(errorText(answer.error));
    const image = answer.value.image as { readonly id: string; readonly size: string } | undefined;
    return ok(image ?? null);
  }

  // ---- One pull at a time

  private *turn(): Task<void> {
    if (this.pulling) yield* suspend<void>((resume) => void this.queue.push(() => resume()));
    this.pulling = true;
  }
  private nextTurn(): void {
    const next = this.queue.shift();
    if (next === undefined) this.pulling = false;
    else next();
  }

  private tell(pod: Pod, container: Container, reason: string, message: string): void {
    this.events.event(pod, 'Normal', reason, message, pathOf(pod, container));
  }
  private warn(pod: Pod, container: Container, reason: string, message: string): void {
    this.events.event(pod, 'Warning', reason, message, pathOf(pod, container));
  }
}

const pathOf = (pod: Pod, container: Container): { readonly fieldPath: string } =>
  containerPath(container.name, initContainersOf(pod.spec).includes(container));

const roundedMs = (us: number): string => goDuration(Math.round(us / 1_000) * 1_000);

/** `nginx` -> `nginx:latest`; what has a tag or a digest stays. */
export function defaultTag(image: string): string {
  const parsed = parseImageName(image);
  return parsed.ok && parsed.value.digest === null && !/:[^/]*$/.test(image) ? `${image}:latest` : image;
}
