import { label, t } from "../../shared/i18n";
import { moment } from "../../shared/time";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import { Modal } from "../Modal";
import {
  type Calendar,
  CLOCKS,
  type Ladder,
  type Policy,
  REASONS,
  usePolicyVersions,
  type Version,
} from "./api";
import css from "./sla.module.css";

type Told = (version: Version) => string;

/** What a policy says, line by line; a version is told by what differs from the one before. */
function linesOf(
  calendars: readonly Calendar[],
  ladders: readonly Ladder[],
): readonly (readonly [string, Told])[] {
  const named = (list: readonly { id: string; name: string }[], id: string | null, none: string) =>
    list.find((one) => one.id === id)?.name ?? (id === null ? none : id);
  return [
    [t("promise.name"), (one) => one.name || t("app.none")],
    ...CLOCKS.map(
      (clock) =>
        [
          t(`sla.clock.${clock}`),
          (one: Version) => t("promise.minutes", { n: one[`${clock}_minutes`] }),
        ] as const,
    ),
    [t("policy.calendar"), (one) => named(calendars, one.calendar_id, t("promise.everyMinute"))],
    [t("policy.ladder"), (one) => named(ladders, one.ladder_id, t("app.none"))],
    ...REASONS.map(
      (reason) =>
        [
          t(`pause.${reason}`),
          (one: Version) =>
            (one.pauses[reason] ?? []).map((clock) => label("sla.clock", clock)).join(", ") || t("app.none"),
        ] as const,
    ),
  ];
}

interface Props {
  policy: Policy;
  name: string;
  calendars: readonly Calendar[];
  ladders: readonly Ladder[];
  onClose: () => void;
}

/** Every version of a policy, the latest first, with what each changed. */
export function VersionsDialog({ policy, name, calendars, ladders, onClose }: Props) {
  const query = usePolicyVersions(policy.policy_id);
  const versions = query.data ?? [];
  const lines = linesOf(calendars, ladders);
  return (
    <Modal title={t("policy.versionsOf", { name })} onClose={onClose}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      <ol className={css.versions}>
        {versions.map((one, place) => {
          const before = versions[place + 1];
          const told = lines.filter(([, of]) => before === undefined || of(one) !== of(before));
          return (
            <li key={one.version}>
              <h3>
                {t("promise.version", { n: one.version })}
                <span className={`${ui.chip} ${one.replaced_at ? "" : ui.chipGood}`}>
                  {one.replaced_at
                    ? t("policy.replacedAt", { at: moment(one.replaced_at) })
                    : t("policy.inForce")}
                </span>
              </h3>
              <p className={ui.soft}>{t("policy.since", { at: moment(one.created_at) })}</p>
              {told.length === 0 && <p className={ui.soft}>{t("policy.sameAsBefore")}</p>}
              <dl>
                {told.map(([what, of]) => (
                  <div key={what}>
                    <dt>{what}</dt>
                    <dd>{before ? t("policy.changed", { from: of(before), to: of(one) }) : of(one)}</dd>
                  </div>
                ))}
              </dl>
            </li>
          );
        })}
      </ol>
    </Modal>
  );
}
