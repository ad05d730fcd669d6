import { code, label, t } from "../../shared/i18n";
import { useWorld } from "../../shared/live/store";
import { ago, clock, dayOf, useNow } from "../../shared/time";
import { Facts, Failure, Loading, Section, StateLabel, ui } from "../../shared/ui/parts";
import { skillName } from "../board/layout";
import { useBoard } from "../board/useBoard";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { select } from "../route";

/** Where a technician is, in which state, and what the day holds. */
export function TechnicianPanel({ id }: { id: string }) {
  const world = useWorld();
  const now = useNow(5);
  const board = useBoard(dayOf(now));
  const tech = world?.techs.get(id);
  const row = board.data?.rows.find(({ technician }) => technician.id === id);
  const name = tech?.name || row?.technician.name || "";
  const bars = row?.bars.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start)) ?? [];
  const position =
    tech?.positionAt === null || tech?.positionAt === undefined
      ? t("technician.noPosition")
      : ago(tech.positionAt, now);
  const skills = row?.technician.skills.map((one) => code("skill", skillName(one))).join(", ");
  return (
    <Panel
      title={name || t("technician.title", { name: "" })}
      lead={
        tech && (
          <div className={css.lead}>
            <StateLabel kind="tech" state={tech.state} />
          </div>
        )
      }
    >
      <Section title={t("technician.state")}>
        <Facts
          rows={[
            [t("technician.position"), position],
            [
              t("technician.shift"),
              row?.shift ? `${clock(row.shift.start)}–${clock(row.shift.end)}` : t("technician.noShift"),
            ],
            [t("technician.skills"), skills],
          ]}
        />
      </Section>
      <Section title={t("technician.today")}>
        {board.isPending && <Loading />}
        {board.isError && <Failure error={board.error} retry={() => void board.refetch()} />}
        {board.isSuccess && bars.length === 0 && <p className={ui.soft}>{t("technician.none")}</p>}
        <ol className={css.list}>
          {bars.map((bar) => (
            <li key={bar.visit_id}>
              <span>
                {clock(bar.start)}–{clock(bar.end)}{" "}
                <button
                  type="button"
                  className={css.link}
                  onClick={() => select("orders", bar.work_order_id)}
                >
                  {bar.number}
                </button>
              </span>
              <span className={ui.chip}>{label("visit.state", bar.state)}</span>
            </li>
          ))}
        </ol>
      </Section>
    </Panel>
  );
}
