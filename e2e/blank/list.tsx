// What `bench:page` measures the ladder and the table against: 100,000 rows of text in a virtualised list.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { createRoot } from 'react-dom/client';

const ROWS = 100_000;
const HEIGHT = 28;

function List() {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: ROWS, getScrollElement: () => scroller.current, estimateSize: () => HEIGHT, overscan: 12 });
  return (
    <div ref={scroller} data-scrolls style={{ height: '100%', overflow: 'auto' }}>
      <div style={{ position: 'relative', height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start }) => (
          <div key={key} style={{ position: 'absolute', height: HEIGHT, transform: `translateY(${start}px)` }}>
            row {index}
          </div>
        ))}
      </div>
    </div>
  );
}

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<List />);
