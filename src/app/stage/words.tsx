// The stage as an ordered text, for who hears the page: what moves, then every component, node and Pod.
import { useSignal } from '../react';
import { en } from '../text/en';
import { titleOf } from './callout';
import { useStage } from './context';
import { describePlace, nodeState, podPhrase } from './describe';
import { indexOf, podsOf } from './scene-index';

const t = en.stage;
const MAX_PODS = 50;

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
  const nodes = [...new Set(layout.places.flatMap(({ node }) => (node === null ? [] : [node])))];
  return (
    <section className="hidden" aria-label={t.textTitle}>
      <p>{moving}</p>
      <ol>
        {layout.places
          .filter(({ node }) => node === null)
          .map((place) => (
            <li key={place.id}>{describePlace(place, scene)}</li>
          ))}
        {nodes.map((node) => (
          <li key={node}>
            {node}: {nodeState(scene === null ? undefined : indexOf(scene).nodes.get(node))}
            <ul>
              {podsOf(scene, node)
                .slice(0, MAX_PODS)
                .map((pod) => (
                  <li key={pod.uid}>{podPhrase(pod)}</li>
                ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}
