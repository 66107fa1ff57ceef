import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";

import styles from "./virtual-rows.module.css";

interface Props<Row> {
  rows: readonly Row[];
  label: string;
  columns: { header: string; cell: (row: Row) => ReactNode }[];
  /** The columns' widths, as CSS's grid-template-columns has them. */
  widths: string;
  idOf: (row: Row) => string;
  chosen: string;
  onChoose: (id: string) => void;
  nameOf: (row: Row) => string;
  empty: ReactNode;
}

const ROW_PX = 36;
const VIEW_PX = 432;
const AROUND = 8;

/** A table of any number of rows, of which only those in sight are drawn. The arrow keys go from row to row. */
export function VirtualRows<Row>({ rows, label, columns, widths, idOf, chosen, onChoose, nameOf, empty }: Props<Row>) {
  const [top, setTop] = useState(0);
  const view = useRef<HTMLDivElement>(null);
  const first = Math.max(0, Math.min(Math.floor(top / ROW_PX), rows.length - 1) - AROUND);
  const shown = rows.slice(first, first + Math.ceil(VIEW_PX / ROW_PX) + 2 * AROUND);
  const step = (event: KeyboardEvent, at: number) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !rows[at + by]) return;
    event.preventDefault();
    // Those around the view are drawn, so the neighbour is there to take the focus; it scrolls into sight by itself.
    view.current?.querySelector<HTMLButtonElement>(`[aria-rowindex="${at + by + 2}"] button`)?.focus();
  };
  return (
    <div className={styles.table} role="table" aria-label={label} aria-rowcount={rows.length + 1}>
      <div role="rowgroup">
        <div role="row" className={`${styles.row} ${styles.head}`} style={{ gridTemplateColumns: widths }} aria-rowindex={1}>
          {columns.map(({ header }) => (
            <div role="columnheader" key={header}>
              {header}
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        ref={view}
        className={styles.view}
        style={{ maxHeight: VIEW_PX }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div role="presentation" style={{ height: rows.length * ROW_PX, position: "relative" }}>
          {shown.map((row, place) => {
            const at = first + place;
            const id = idOf(row);
            return (
              <div
                role="row"
                key={id}
                aria-rowindex={at + 2}
                className={`${styles.row} ${styles.body} ${id === chosen ? styles.chosen : ""}`}
                style={{ top: at * ROW_PX, gridTemplateColumns: widths }}
                onClick={() => onChoose(id)}
              >
                {columns.map(({ header, cell }, column) => (
                  <div role="cell" key={header} className={styles.cell}>
                    {column > 0 ? (
                      cell(row)
                    ) : (
                      <button
                        type="button"
                        className={styles.pick}
                        aria-pressed={id === chosen}
                        aria-label={nameOf(row)}
                        onKeyDown={(event) => step(event, at)}
                      >
                        {cell(row)}
                      </button>
                    )}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <div className={styles.empty}>{empty}</div>}
    </div>
  );
}
