// The stage as an ordered text, for who hears the page: what moves, then every component, node and Pod.
import { sameJson, useSignal } from '../react';
import { en } from '../text/en';
import { othersWith } from '../together';
import { titleOf } from './callout';
import { useScene, useStage } from './context';
import { describePlace, nameOf, nodeState, podPhrase, troublePhrase } from './describe';
import { indexOf, podsOf } from './scene-index';

const t = en.stage;
const MAX_PODS = 20;
const MAX_TOGETHER = 8;

export function Words() {
  const model = useStage();
  const layout = useSignal(model.layout);
  const scene = useSignal(model.session.scene);
  const focus = useSignal(model.focus);
  const detail = useSignal(model.session.detail);
  const moving =
    focus === null
      ? t.nobody
      : detail?.line.seq === focus.header.seq
        ? detail.line.sentence
        : titleOf(focus)
            .filter((name) => name !== null)
            .join(' to ');
  const together = focus === null ? [] : othersWith(model.session, focus.header);
  const troubles = scene?.troubles ?? [];
  const nodes = [...new Set(layout.places.flatMap(({ node }) => (node === null ? [] : [node])))];
  return (
    <section className="hidden" aria-label={t.textTitle}>
      <p>{moving}</p>
      {together.length > 0 && (
        <p>
          {t.together}
          {together
            .slice(0, MAX_TOGETHER)
            .map(({ from, to }) => `${nameOf(from)} → ${nameOf(to)}`)
            .join(', ')}
        </p>
      )}
      {troubles.length > 0 && <p>{troubles.map(troublePhrase).join('. ')}</p>}
      <ol>
        {layout.places
          .filter(({ node }) => node === null)
          .map((place) => (
            <li key={place.id}>{describePlace(place, scene)}</li>
          ))}
        {nodes.map((node) => (
          <NodeWords key={node} node={node} />
        ))}
      </ol>
    </section>
  );
}

/** A node and its Pods; renders only when they differ. */
function NodeWords({ node }: { readonly node: string }) {
  const state = useScene((scene) => nodeState(scene === null ? undefined : indexOf(scene).nodes.get(node)));
  const pods = useScene((scene) => podsOf(scene, node).map(podPhrase), sameJson);
  return (
    <li>
      {node}: {state}, {t.pods(pods.length)}
      <ul>
        {pods.slice(0, MAX_PODS).map((pod) => (
          <li key={pod}>{pod}</li>
        ))}
      </ul>
    </li>
  );
}
