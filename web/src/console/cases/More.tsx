import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Load the next page of a list, where there is one. */
export function More({ query }: { query: Paged }) {
  if (!query.hasNextPage) return null;
  return (
    <button
      type="button"
      className={ui.button}
      disabled={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      {t("app.more")}
    </button>
  );
}
