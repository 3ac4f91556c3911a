import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type Completion, completeLabelNames, completeLabelValues } from '../api.ts';
import { quoteValue, showInvisible } from '../format/labels.ts';
import { formatCount } from '../format/numbers.ts';
import styles from './groups.module.css';
import { type CompletionPlace, completeSelector, findCompletionPlace, isSelectorWhole, selectorOperators } from './selector-completion.ts';

/** Choices in the list: more are found by typing on. */
const choicesMax = 50;
const typingMs = 250;

interface SelectorBoxProps {
  readonly selector: string;
  readonly onChange: (selector: string) => void;
}

/** PromQL matchers with completion. What is typed counts as soon as it is whole; Enter sends it as it is. */
export function SelectorBox({ selector, onChange }: SelectorBoxProps): ReactNode {
  const [typed, setTyped] = useState(selector);
  const [cursor, setCursor] = useState(selector.length);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(selector);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const send = (text: string): void => {
    const whole = completeSelector(text);
    sent.current = whole;
    if (whole !== selector) onChange(whole);
  };
  useEffect(() => {
    if (selector === sent.current) return;
    sent.current = selector;
    setTyped(selector);
  }, [selector]);
  useEffect(() => {
    if (completeSelector(typed) === selector || !isSelectorWhole(typed)) return;
    const timer = setTimeout(() => send(typed), typingMs);
    return () => clearTimeout(timer);
  });

  const place = useMemo(() => findCompletionPlace(typed, cursor), [typed, cursor]);
  const choices = useChoices(place, combobox.dropdownOpened);
  const choose = (choice: string): void => {
    const inserted = textOf(place, choice);
    const text = typed.slice(0, place.from) + inserted + typed.slice(place.to);
    const end = place.from + inserted.length;
    setTyped(text);
    setCursor(end);
    requestAnimationFrame(() => input.current?.setSelectionRange(end, end));
  };
  const edit = (element: HTMLInputElement): void => {
    setTyped(element.value);
    setCursor(element.selectionStart ?? element.value.length);
    combobox.openDropdown();
    combobox.resetSelectedOption();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} shadow="md" position="bottom-start" width="target">
      <Combobox.Target withExpandedAttribute>
        <TextInput
          ref={input}
          className={styles.selector ?? ''}
          classNames={{ input: styles.selectorInput ?? '' }}
          aria-label="Label selector"
          placeholder='Selector, as {job=~"nightly-.*"}'
          spellCheck={false}
          autoComplete="off"
          value={typed}
          onChange={(event) => edit(event.currentTarget)}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => {
            combobox.closeDropdown();
            send(typed);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || combobox.getSelectedOptionIndex() >= 0) return;
            combobox.closeDropdown();
            send(typed);
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={choices.length === 0}>
        <Combobox.Options mah={280} className={styles.choices ?? ''} aria-label="Completions">
          {choices.map(({ value, groups }) => (
            <Combobox.Option key={value} value={value}>
              <span className={styles.choice}>
                <span>{showInvisible(value)}</span>
                {groups > 0 && <small>{formatCount(groups)}</small>}
              </span>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** What fits at the cursor: names and values come from the server, the most frequent first. */
function useChoices(place: CompletionPlace, isOpen: boolean): readonly Completion[] {
  const isAsked = place.kind === 'name' || (place.kind === 'value' && place.name !== '');
  const name = place.kind === 'value' ? place.name : '';
  const { data } = useQuery({
    queryKey: ['completions', name, place.typed],
    queryFn: ({ signal }) => (name === '' ? completeLabelNames(place.typed, signal) : completeLabelValues(name, place.typed, signal)),
    enabled: isOpen && isAsked,
    staleTime: 30_000,
  });
  return useMemo(() => (isAsked ? (data?.values ?? []).slice(0, choicesMax) : fixedChoices(place)), [place, isAsked, data]);
}

const separators: readonly string[] = [',', '}'];

function fixedChoices({ kind, typed }: CompletionPlace): readonly Completion[] {
  const words =
    kind === 'operator' ? selectorOperators.filter((operator) => operator.startsWith(typed)) : kind === 'separator' ? separators : [];
  return words.map((value) => ({ value, groups: 0 }));
}

/** A choice as it stands in the selector, with what always follows it: so the next list opens by itself. */
function textOf({ kind }: CompletionPlace, choice: string): string {
  if (kind === 'value') return quoteValue(choice);
  if (kind === 'name') return `${/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(choice) ? choice : quoteValue(choice)}="`;
  return kind === 'operator' ? `${choice}"` : choice;
}
