import { lazy, Suspense } from "react";
import { code, label, t } from "../../shared/i18n";
import { useWorld } from "../../shared/live/store";
import { ago, clock, dayOf, useNow } from "../../shared/time";
import { Facts, Failure, Loading, Section, StateLabel, ui } from "../../shared/ui/parts";
import { skillName } from "../board/layout";
import { useBoard } from "../board/useBoard";
import { PanelTabs, useOne } from "../kit";
import { Panel } from "../Panel";
import css from "../panel.module.css";
import { useRights } from "../rights";
import { select } from "../route";
import { type Technician, technicianPath } from "./api";

const WeekPart = lazy(() => import("./WeekPart").then((found) => ({ default: found.WeekPart })));
const Skills = lazy(() => import("./Skills").then((found) => ({ default: found.Skills })));
const Shifts = lazy(() => import("./Shifts").then((found) => ({ default: found.Shifts })));
const Details = lazy(() => import("./Details").then((found) => ({ default: found.Details })));

const PARTS = ["today", "week", "skills", "shifts", "details"] as const;
type Part = (typeof PARTS)[number];

/** What the office keeps of a technician; fetched when one of its tabs is opened. */
function Kept({ id, part }: { id: string; part: Exclude<Part, "today"> }) {
  const query = useOne<Technician>(technicianPath(id));
  const rights = useRights();
  const technician = query.data;
  if (!technician) {
    return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  }
  return (
    <Suspense fallback={<Loading />}>
      {part === "week" && <WeekPart technician={technician} />}
      {part === "skills" && <Skills technician={technician} mayWrite={rights.people} />}
      {part === "shifts" && <Shifts technician={technician} mayWrite={rights.planning} />}
      {part === "details" && <Details technician={technician} mayWrite={rights.people} />}
    </Suspense>
  );
}

/** Where a technician is and in which state, what the day and the week hold, skills, shifts, home and territory. */
export function TechnicianPanel({ id, part }: { id: string; part?: string }) {
  const shown: Part = PARTS.find((one) => one === part) ?? "today";
  const world = useWorld();
  const now = useNow(5);
  const board = useBoard(dayOf(now));
  const tech = world?.techs.get(id);
  const row = board.data?.rows.find(({ technician }) => technician.id === id);
  const kept = useOne<Technician>(tech || row || shown !== "today" ? null : technicianPath(id)).data;
  const name = tech?.name || row?.technician.name || kept?.name || "";
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
      tabs={
        <PanelTabs
          kind="technicians"
          id={id}
          label={t("person.parts")}
          part={shown}
          parts={PARTS}
          nameOf={(one) => t(`person.part.${one}`)}
        />
      }
    >
      <div role="tabpanel" id="panel-part" aria-labelledby={`part-${shown}`}>
        {shown === "today" ? (
          <>
            <Section title={t("technician.state")}>
              <Facts
                rows={[
                  [t("technician.position"), position],
                  [
                    t("technician.shift"),
                    row?.shift
                      ? `${clock(row.shift.start)}–${clock(row.shift.end)}`
                      : t("technician.noShift"),
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
          </>
        ) : (
          <Kept id={id} part={shown} />
        )}
      </div>
    </Panel>
  );
}
