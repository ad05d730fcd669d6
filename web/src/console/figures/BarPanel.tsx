import { t } from "../../shared/i18n";
import { duration } from "../../shared/time";
import { Section } from "../../shared/ui/parts";
import { Panel } from "../Panel";
import { useBar, usePareto } from "./api";
import { FactList } from "./FactList";
import { barName, useBy, useMeasure } from "./Failures";

/** The repairs of one bar, with how long each asset stood. */
export function BarPanel({ id }: { id: string }) {
  const by = useBy();
  const query = useBar(by, id);
  const bars = usePareto(by, useMeasure()).data?.bars ?? [];
  const name = (key: string) => barName(by, key, bars.find((bar) => bar.key === key)?.name);
  return (
    <Panel title={t("failures.of", { name: name(id) })}>
      <Section title={t("kpi.behind")}>
        <FactList query={query} reasonOf={name} ownValue={(fact) => duration((fact.value ?? 0) * 1000)} />
      </Section>
    </Panel>
  );
}
