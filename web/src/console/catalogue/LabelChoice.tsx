import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import type { Label } from "./api";
import css from "./catalogue.module.css";
import { LabelChip } from "./LabelChip";

interface Props {
  labels: readonly Label[];
  chosen: readonly string[];
  onChange: (codes: string[]) => void;
}

/** Labels to tick; a retired one can only be taken away. */
export function LabelChoice({ labels, chosen, onChange }: Props) {
  const offered = labels.filter((one) => !one.retired || chosen.includes(one.code));
  if (offered.length === 0) return <span className={ui.soft}>{t("catalogue.noLabels")}</span>;
  return (
    <span className={css.chips}>
      {offered.map(({ code }) => (
        <label key={code} className={css.chips}>
          <input
            type="checkbox"
            checked={chosen.includes(code)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, code] : chosen.filter((one) => one !== code))
            }
          />
          <LabelChip code={code} labels={labels} />
        </label>
      ))}
    </span>
  );
}
