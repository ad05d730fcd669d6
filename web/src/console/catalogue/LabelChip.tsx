import { ui } from "../../shared/ui/parts";
import { type Label, nameOf } from "./api";
import css from "./catalogue.module.css";

/** A label with its colour beside its name: the colour alone tells nobody anything. */
export function LabelChip({ code, labels }: { code: string; labels: readonly Label[] }) {
  const known = labels.find((one) => one.code === code);
  return (
    <span className={ui.chip}>
      {known && <i className={css.dot} style={{ background: known.colour }} aria-hidden="true" />}
      {known ? nameOf(known) : code}
    </span>
  );
}
