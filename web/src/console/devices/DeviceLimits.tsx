import { useState } from "react";
import type { Limit } from "../../shared/api/fleet";
import type { Device } from "../../shared/api/types";
import { code, t } from "../../shared/i18n";
import { span } from "../../shared/time";
import { Failure, Loading, Section, ui } from "../../shared/ui/parts";
import { LimitDialog } from "../limits/LimitDialog";
import { isOverruled, limitName, useLimitsOf, valueText } from "../limits/useLimits";
import panel from "../panel.module.css";
import { useRights } from "../rights";
import { go } from "../route";
import css from "./device.module.css";

function Entry({
  limit,
  overruled,
  onOpen,
}: {
  limit: Limit;
  overruled: boolean;
  onOpen: (() => void) | null;
}) {
  const text = `${code("metric", limit.metric)} ${t(`limits.kind.${limit.kind}`)} ${valueText(limit)}`;
  const facts = [
    limit.model && t("limits.modelOf", { model: code("model", limit.model) }),
    limit.for_seconds > 0 && `${t("limits.for")} ${span(limit.for_seconds)}`,
    limit.clear_seconds > 0 && `${t("limits.clear")} ${span(limit.clear_seconds)}`,
    code("severity", limit.severity),
    code("failure_group", limit.failure_group),
    overruled && t("limits.overruled"),
  ].filter(Boolean);
  return (
    <li className={css.command}>
      <div className={css.line}>
        {onOpen ? (
          <button
            type="button"
            className={`${panel.link} ${css.grow}`}
            aria-label={t("limits.editOf", { name: limitName(limit) })}
            onClick={onOpen}
          >
            {text}
          </button>
        ) : (
          <span className={css.grow}>{text}</span>
        )}
        <span className={`${ui.chip} ${limit.enabled && !overruled ? ui.chipGood : ""}`}>
          {limit.enabled ? t("limits.on") : t("limits.off")}
        </span>
      </div>
      <p className={panel.by}>{facts.join(" · ")}</p>
    </li>
  );
}

/** The limits of a device and of its model, and a form for another. */
export function DeviceLimits({ device }: { device: Device }) {
  const maySet = useRights().limits;
  const [editing, setEditing] = useState<Limit | "new" | null>(null);
  const query = useLimitsOf(device);
  const rows = query.data ?? [];
  return (
    <Section
      title={t("limits.inForce")}
      aside={
        <button type="button" className={panel.link} onClick={() => go({ view: "limits", wide: false })}>
          {t("limits.all")}
        </button>
      }
    >
      <div className={ui.stack}>
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
        {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("limits.notHere")}</p>}
        <ul className={css.commands}>
          {rows.map((one) => (
            <Entry
              key={one.id}
              limit={one}
              overruled={isOverruled(one, rows)}
              onOpen={maySet ? () => setEditing(one) : null}
            />
          ))}
        </ul>
        {maySet && (
          <div>
            <button type="button" className={ui.button} onClick={() => setEditing("new")}>
              {t("limits.create")}
            </button>
          </div>
        )}
      </div>
      {editing && (
        <LimitDialog
          limit={editing === "new" ? null : editing}
          device={device}
          models={[device.model]}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}
