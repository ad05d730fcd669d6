import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useRef, useState } from "react";
import { t } from "../../shared/i18n";
import { ui } from "../../shared/ui/parts";
import css from "./kit.module.css";
import { find, type Offer, type Source, search } from "./sources";

interface Props {
  of: Source;
  label: string;
  value: string | null;
  onChange: (id: string | null, offer: Offer | null) => void;
  /** Other filters of the list, such as `{ customer_id }`. */
  within?: Readonly<Record<string, string>>;
  required?: boolean;
  placeholder?: string;
}

const NOTHING = {};

/** One thing of a long list, found by typing; arrows and Enter choose, an emptied field means none. */
export function Picker({ of, label, value, onChange, within = NOTHING, required, placeholder }: Props) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string | null>(null);
  const [marked, setMarked] = useState(0);
  const wanted = useDeferredValue((text ?? "").trim());
  const chosen = useQuery({
    queryKey: ["picked", of, value],
    queryFn: ({ signal }) => find(of, value ?? "", signal),
    enabled: value !== null,
    staleTime: 60_000,
  });
  const found = useQuery({
    queryKey: ["offers", of, wanted, within],
    queryFn: ({ signal }) => search(of, wanted, within, signal),
    enabled: text !== null,
    placeholderData: keepPreviousData,
  });
  const offers = text === null ? [] : (found.data ?? []);
  const take = (one: Offer) => {
    onChange(one.id, one);
    setText(null);
  };
  const onKey = (event: React.KeyboardEvent) => {
    const offer = offers[marked];
    if (event.key === "ArrowDown") setMarked((marked + 1) % Math.max(offers.length, 1));
    else if (event.key === "ArrowUp") setMarked((marked + offers.length - 1) % Math.max(offers.length, 1));
    else if (event.key === "Enter" && text !== null && offer) take(offer);
    else if (event.key === "Escape" && text !== null) setText(null);
    else return;
    if (text === null) setText("");
    event.preventDefault();
  };
  const shown = text ?? (value === null ? "" : (chosen.data?.name ?? ""));
  return (
    <span className={css.picker}>
      <input
        ref={input}
        className={ui.input}
        role="combobox"
        aria-label={label}
        aria-expanded={text !== null}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={offers[marked] ? `${list}-${marked}` : undefined}
        autoComplete="off"
        required={required}
        placeholder={placeholder ?? t("kit.typeToFind")}
        value={shown}
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setMarked(0);
          setText(event.target.value);
          if (event.target.value === "" && value !== null) onChange(null, null);
        }}
        onKeyDown={onKey}
        onBlur={() => setText(null)}
      />
      {text !== null && (
        <div id={list} className={css.offers} role="listbox" aria-label={label}>
          {found.isSuccess && offers.length === 0 && <div className={ui.soft}>{t("kit.nothingFits")}</div>}
          {offers.map((one, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field
            <div
              key={one.id}
              id={`${list}-${place}`}
              role="option"
              aria-selected={place === marked}
              // The field must not lose the focus before the click arrives.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(one)}
            >
              <span>{one.name}</span>
              <small>{one.hint}</small>
            </div>
          ))}
        </div>
      )}
    </span>
  );
}
