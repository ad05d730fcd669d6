import type { OrderName } from "../../shared/api/types";
import { label } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import css from "../panel.module.css";
import { select } from "../route";

/** Other orders, by number. */
export function OrderLinks({ orders }: { orders: readonly OrderName[] }) {
  return (
    <ul className={css.list}>
      {orders.map((one) => (
        <li key={one.id}>
          <span>
            <button type="button" className={css.link} onClick={() => select("orders", one.id)}>
              {one.number}
            </button>{" "}
            {one.summary} <span className={ui.soft}>{label("state", one.state)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
