import { Kbd, SegmentedControl, TextInput } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { GroupList } from '../api.ts';
import { formatCount } from '../format/numbers.ts';
import { Icon } from '../parts/icons.tsx';
import { useSlashKey } from '../parts/use-slash-key.ts';
import { defaultSort, deletedSort, type GroupsViewState, type Outcome } from '../url/view-state.ts';
import styles from './groups.module.css';
import { SelectorBox } from './selector-box.tsx';
import { ViewMenu } from './view-menu.tsx';

interface ToolbarProps {
  readonly view: GroupsViewState;
  readonly states: GroupList['states'] | undefined;
  readonly onChange: (part: Partial<GroupsViewState>) => void;
  /** Down into the table. */
  readonly onLeave: () => void;
}

/** What narrows the list down. */
export function GroupsToolbar({ view, states, onChange, onLeave }: ToolbarProps): ReactNode {
  const counted = (name: string, count: number | undefined): string => (count === undefined ? name : `${name} ${formatCount(count)}`);
  return (
    <div className={styles.toolbar} role="search">
      <SearchBox text={view.search} onChange={(search) => onChange({ search })} onLeave={onLeave} />
      <SelectorBox selector={view.selector} onChange={(selector) => onChange({ selector })} />
      <SegmentedControl
        className={styles.outcome ?? ''}
        aria-label="State of the last push"
        value={view.outcome}
        onChange={(outcome) => onChange({ outcome, sort: sortFor(outcome, view) })}
        data={[
          { value: 'all', label: 'All' },
          { value: 'ok', label: counted('OK', states?.ok) },
          { value: 'failed', label: counted('Failed', states?.failed) },
          ...(view.outcome === 'deleted' || (states?.deleted ?? 0) > 0
            ? [{ value: 'deleted' as const, label: counted('Deleted', states?.deleted) }]
            : []),
        ]}
      />
      <ViewMenu view={view} onChange={onChange} />
    </div>
  );
}

/** What was deleted is listed by when, and nothing else is. */
function sortFor(outcome: Outcome, { outcome: before, sort }: GroupsViewState): string {
  if (outcome === 'deleted') return deletedSort;
  return before === 'deleted' ? defaultSort : sort;
}

/** How long after the last key a search begins: a fast typist asks once. */
const typingMs = 120;

function SearchBox({
  text,
  onChange,
  onLeave,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onLeave: () => void;
}): ReactNode {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(text);
  useSlashKey(input);
  useEffect(() => {
    // The address has changed by another hand: back, a link, "clear".
    if (text === sent.current) return;
    sent.current = text;
    setTyped(text);
  }, [text]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      onChange(typed);
    }, typingMs);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      onLeave();
    } else if (event.key === 'Escape') {
      if (typed === '') input.current?.blur();
      setTyped('');
    }
  };
  return (
    <TextInput
      ref={input}
      className={styles.search ?? ''}
      type="search"
      aria-label="Search label values"
      placeholder="Search groups"
      value={typed}
      leftSection={<Icon name="search" />}
      rightSection={typed === '' ? <Kbd aria-hidden="true">/</Kbd> : undefined}
      rightSectionPointerEvents="none"
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={onKeyDown}
    />
  );
}
