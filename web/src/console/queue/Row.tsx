import type { WorkOrderItem } from "../../shared/api/types";
import { t } from "../../shared/i18n";
import { clock, moment } from "../../shared/time";
import { Due, PriorityBadge, StateLabel } from "../../shared/ui/parts";
import css from "./queue.module.css";

interface Props {
  item: WorkOrderItem;
  top: number;
  position: number;
  /** -1 while the end of the list is not known. */
  total: number;
  marked: boolean;
  selected: boolean;
  onOpen: () => void;
}

const SETTLED = new Set(["completed", "verified", "closed", "cancelled"]);

export function Row({ item, top, position, total, marked, selected, onOpen }: Props) {
  const where = [item.customer_name, item.site_name, item.asset_name].filter(Boolean).join(" · ");
  const who = item.technician_name ?? t("queue.unassigned");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox around it has the keys
    <div
      id={`queue-${item.id}`}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-posinset={position}
      aria-setsize={total}
      className={`${css.row} ${marked ? css.marked : ""} ${selected ? css.selected : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onOpen}
    >
      <div className={css.line}>
        <PriorityBadge priority={item.priority} />
        <span className={css.summary}>{item.summary}</span>
        <Due at={item.due_at} settled={SETTLED.has(item.state)} />
      </div>
      <div className={`${css.line} ${css.soft}`}>
        <span className={css.where}>{where}</span>
      </div>
      <div className={`${css.line} ${css.soft}`}>
        <StateLabel kind="order" state={item.state} />
        <span className={css.who}>
          {who}
          {item.planned_start && <time dateTime={item.planned_start}> {moment(item.planned_start)}</time>}
        </span>
        <span className={css.number} title={clock(item.created_at)}>
          {item.number}
        </span>
      </div>
    </div>
  );
}
