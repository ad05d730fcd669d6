import { t } from "../../shared/i18n";
import { Failure, Loading, ui } from "../../shared/ui/parts";
import { More } from "../cases/More";
import { usePages } from "../kit";
import css from "../panel.module.css";
import { select } from "../route";

interface Asset {
  id: string;
  asset_no: string;
  name: string;
  model: string;
}

/** The assets of a customer or a site. */
export function AssetsOf({ within }: { within: Record<string, string> }) {
  const query = usePages<Asset>("/api/v1/assets", within);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={ui.soft}>{t("customer.noAssets")}</p>}
      <ul className={css.list}>
        {rows.map((row) => (
          <li key={row.id}>
            <span>
              <button type="button" className={css.link} onClick={() => select("assets", row.id)}>
                {row.name}
              </button>{" "}
              <span className={ui.mono}>{row.asset_no}</span>
            </span>
            <span className={ui.soft}>{row.model}</span>
          </li>
        ))}
      </ul>
      <More query={query} />
    </>
  );
}
