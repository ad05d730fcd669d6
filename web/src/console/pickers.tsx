import { type Lang, setLang, t, useLang } from "../shared/i18n";
import { setTheme, type Theme, useTheme } from "../shared/theme";
import css from "./workspace.module.css";

export function LangPicker() {
  const lang = useLang();
  return (
    <select
      className={css.picker}
      aria-label={t("header.language")}
      value={lang}
      onChange={(event) => setLang(event.target.value as Lang)}
    >
      <option value="zh" lang="zh-CN">
        {"\u4e2d\u6587"}
      </option>
      <option value="en" lang="en">
        English
      </option>
    </select>
  );
}

export function ThemePicker() {
  const theme = useTheme();
  return (
    <select
      className={css.picker}
      aria-label={t("header.theme")}
      value={theme}
      onChange={(event) => setTheme(event.target.value as Theme)}
    >
      <option value="system">{t("header.theme.system")}</option>
      <option value="light">{t("header.theme.light")}</option>
      <option value="dark">{t("header.theme.dark")}</option>
    </select>
  );
}
