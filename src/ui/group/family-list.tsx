import { Button, Kbd, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { FamilyDetail, GroupSummary } from '../api.ts';
import { formatPlural } from '../format/numbers.ts';
import { Icon } from '../parts/icons.tsx';
import { useSlashKey } from '../parts/use-slash-key.ts';
import { navigate } from '../url/use-view-state.ts';
import type { GroupViewState } from '../url/view-state.ts';
import { FamilyCard } from './family-card.tsx';
import styles from './group.module.css';

interface FamilyListProps {
  readonly view: GroupViewState;
  readonly group: GroupSummary;
  readonly families: readonly FamilyDetail[];
  readonly matched: number;
  readonly isStale: boolean;
  /** What is not loaded yet. */
  readonly more: { readonly isLoading: boolean; readonly load: () => void } | undefined;
}

/** In a small group everything is open from the start. */
const openSamplesMax = 80;

/** Below so many families a filter only takes room. */
const filterFamiliesMin = 6;

export function FamilyList({ view, group, families, matched, isStale, more }: FamilyListProps): ReactNode {
  const isOpenAtFirst = group.samples <= openSamplesMax;
  const toggle = (name: string): void => {
    const flipped = view.flipped.includes(name) ? view.flipped.filter((other) => other !== name) : [...view.flipped, name];
    navigate({ ...view, flipped }, 'replace');
  };
  return (
    <section className={styles.families} aria-label="Metrics" data-stale={isStale || undefined}>
      {(group.families >= filterFamiliesMin || view.name !== '') && <FamilyFilter view={view} />}
      {families.length === 0 && (
        <p className={styles.quiet}>
          {view.name === ''
            ? group.state === 'deleted'
              ? 'What the group held went with it.'
              : 'The group holds no metrics: no push was taken yet.'
            : 'No family has this in its name.'}
        </p>
      )}
      {families.map((family) => (
        <FamilyCard
          key={family.name}
          family={family}
          grouping={group.labels}
          isOpen={isOpenAtFirst !== view.flipped.includes(family.name)}
          onToggle={() => toggle(family.name)}
        />
      ))}
      {more !== undefined && (
        <Button variant="default" loading={more.isLoading} onClick={more.load}>
          Show more of {formatPlural(matched, 'family', 'families')}
        </Button>
      )}
    </section>
  );
}

const typingMs = 150;

function FamilyFilter({ view }: { readonly view: GroupViewState }): ReactNode {
  const [typed, setTyped] = useState(view.name);
  const input = useRef<HTMLInputElement>(null);
  useSlashKey(input);
  useEffect(() => {
    if (typed === view.name) return;
    const timer = setTimeout(() => navigate({ ...view, name: typed }, 'replace'), typingMs);
    return () => clearTimeout(timer);
  }, [typed, view]);
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label="Filter families by name"
      placeholder="Filter families"
      value={typed}
      leftSection={<Icon name="search" />}
      rightSection={typed === '' ? <Kbd aria-hidden="true">/</Kbd> : undefined}
      rightSectionPointerEvents="none"
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        if (typed === '') input.current?.blur();
        setTyped('');
      }}
    />
  );
}
