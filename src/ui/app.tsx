import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import styles from './app.module.css';
import iconUrl from './icon.svg';
import { GroupsView } from './groups/groups-view.tsx';
import { useConnection } from './live-changes.ts';
import { Icon } from './parts/icons.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import { Waiting } from './parts/waiting.tsx';
import { usePreferences } from './preferences.tsx';
import { lastGroupsState, rememberGroupsState } from './url/last-groups-state.ts';
import { useViewState } from './url/use-view-state.ts';
import { formatViewState, tryState, type ViewState } from './url/view-state.ts';

// What opens first comes with the first load, the rest when it is asked for.
const GroupView = lazy(() => import('./group/group-view.tsx').then(({ GroupView: component }) => ({ default: component })));
const TryView = lazy(() => import('./try/try-view.tsx').then(({ TryView: component }) => ({ default: component })));
const StatusView = lazy(() => import('./status/status-view.tsx').then(({ StatusView: component }) => ({ default: component })));

export function App(): ReactNode {
  const view = useViewState();
  useEffect(() => {
    if (view.kind === 'groups') rememberGroupsState(view);
    document.title = `${titles[view.kind]} · Pushgate`;
  }, [view]);
  return (
    <div className={styles.shell}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        Skip to the content
      </a>
      <Header view={view} />
      <main id="main" tabIndex={-1} className={styles.main}>
        <ErrorBoundary key={view.kind}>
          <Suspense fallback={<Waiting what="the view" />}>
            <View view={view} />
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}

const titles: Readonly<Record<ViewState['kind'], string>> = { groups: 'Groups', group: 'Group', try: 'Try it', status: 'Status' };

function View({ view }: { readonly view: ViewState }): ReactNode {
  switch (view.kind) {
    case 'groups':
      return <GroupsView view={view} />;
    case 'group':
      return <GroupView key={view.id} view={view} />;
    case 'try':
      return <TryView view={view} />;
    case 'status':
      return <StatusView />;
  }
}

function Header({ view }: { readonly view: ViewState }): ReactNode {
  const links = [
    { name: 'Groups', state: lastGroupsState(), isCurrent: view.kind === 'groups' || view.kind === 'group' },
    { name: 'Try it', state: tryState, isCurrent: view.kind === 'try' },
    { name: 'Status', state: { kind: 'status' } as const, isCurrent: view.kind === 'status' },
  ];
  return (
    <header className={styles.header}>
      <a className={styles.brand} href="#/groups" aria-label="Pushgate, all groups">
        <img src={iconUrl} alt="" />
        <span>Pushgate</span>
      </a>
      <nav className={styles.views} aria-label="Views">
        {links.map(({ name, state, isCurrent }) => (
          <a key={name} href={formatViewState(state)} aria-current={isCurrent ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <div className={styles.tools}>
        <ConnectionSign />
        <ZoneSwitch />
        <SchemeSwitch />
      </div>
    </header>
  );
}

function ConnectionSign(): ReactNode {
  const connection = useConnection();
  const [word, sentence] =
    connection === 'open' ? ['Live', 'The page shows changes as they happen'] : ['Not live', 'No news from the server; trying again'];
  return (
    <div className={styles.connection} data-connection={connection} role="status" title={sentence}>
      <span>{word}</span>
    </div>
  );
}

function ZoneSwitch(): ReactNode {
  const { zone, setZone } = usePreferences();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      w="auto"
      px="xs"
      fz="xs"
      fw={600}
      aria-label={zone === 'utc' ? 'Times are in UTC: show local times' : 'Times are local: show UTC'}
      onClick={() => setZone(zone === 'utc' ? 'local' : 'utc')}
    >
      {zone === 'utc' ? 'UTC' : 'Local'}
    </ActionIcon>
  );
}

function SchemeSwitch(): ReactNode {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Use the ${other} theme`} onClick={() => setColorScheme(other)}>
      <Icon name={scheme === 'dark' ? 'sun' : 'moon'} size={18} />
    </ActionIcon>
  );
}
