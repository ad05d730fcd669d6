import { Component, type ReactNode } from "react";
import { t } from "../shared/i18n";
import { ui } from "../shared/ui/parts";

/** Shows a way out where a part of the page failed, instead of nothing. */
export class CrashGuard extends Component<
  { children: ReactNode; fallback?: ReactNode },
  { failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    if (this.props.fallback) return this.props.fallback;
    return (
      <div className={ui.notice} role="alert">
        <strong>{t("error.crash")}</strong>
        <button type="button" className={ui.button} onClick={() => location.reload()}>
          {t("error.reload")}
        </button>
      </div>
    );
  }
}
