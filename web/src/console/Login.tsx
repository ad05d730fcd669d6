import { type FormEvent, useState } from "react";
import { ApiProblem, logIn } from "../shared/api/client";
import { t } from "../shared/i18n";
import { problemText, ui } from "../shared/ui/parts";
import css from "./login.module.css";
import { LangPicker, ThemePicker } from "./pickers";

const TENANT_KEY = "fieldhand.tenant";

function refusal(error: unknown): string {
  if (error instanceof ApiProblem && (error.status === 401 || error.status === 422))
    return t("login.refused");
  if (error instanceof ApiProblem && error.status === 429) return t("login.tooMany");
  return problemText(error);
}

export function Login({ expired, onDone }: { expired: boolean; onDone: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [tenant, username, password] = ["tenant", "username", "password"].map((name) =>
      String(form.get(name) ?? ""),
    );
    setBusy(true);
    setError(null);
    try {
      await logIn((tenant ?? "").trim(), (username ?? "").trim(), password ?? "");
      localStorage.setItem(TENANT_KEY, (tenant ?? "").trim());
      onDone();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <main className={css.page}>
      <form className={css.card} onSubmit={(event) => void submit(event)} aria-labelledby="login-title">
        <header>
          <span className={css.brand}>Fieldhand</span>
          <h1 id="login-title">{t("app.console")}</h1>
          <p>{t("login.lead")}</p>
        </header>
        {expired && error === null && (
          <p className={css.note} role="status">
            {t("login.expired")}
          </p>
        )}
        <label className={ui.field}>
          <span>{t("login.tenant")}</span>
          <input
            className={ui.input}
            name="tenant"
            required
            autoComplete="organization"
            autoCapitalize="none"
            defaultValue={localStorage.getItem(TENANT_KEY) ?? ""}
          />
        </label>
        <label className={ui.field}>
          <span>{t("login.username")}</span>
          <input
            className={ui.input}
            name="username"
            required
            autoComplete="username"
            autoCapitalize="none"
          />
        </label>
        <label className={ui.field}>
          <span>{t("login.password")}</span>
          <input
            className={ui.input}
            name="password"
            type="password"
            required
            autoComplete="current-password"
          />
        </label>
        <p className={ui.error} role="alert">
          {error === null ? "" : refusal(error)}
        </p>
        <button type="submit" className={`${ui.button} ${ui.primary}`} disabled={busy}>
          {busy ? t("login.busy") : t("login.submit")}
        </button>
        <footer>
          <LangPicker />
          <ThemePicker />
        </footer>
      </form>
    </main>
  );
}
