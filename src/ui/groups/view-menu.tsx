import { Button, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../parts/icons.tsx';
import type { GroupsViewState } from '../url/view-state.ts';
import { columnPlans, toggleSort } from './group-columns.tsx';
import styles from './groups.module.css';

interface ViewMenuProps {
  readonly view: GroupsViewState;
  readonly onChange: (part: Partial<GroupsViewState>) => void;
}

/** Columns and order; the order also stands in the heads of the table, which a narrow screen has no room for. */
export function ViewMenu({ view: { hidden, sort }, onChange }: ViewMenuProps): ReactNode {
  const toggleColumn = (id: string): void => {
    onChange({ hidden: hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id] });
  };
  return (
    <Menu closeOnItemClick={false} withInitialFocusPlaceholder={false} position="bottom-end" width={220} shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="columns" />} rightSection={<Icon name="chevronDown" size={14} />}>
          View
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Columns</Menu.Label>
        {columnPlans.map(({ id, title }) => (
          <Menu.CheckboxItem key={id} checked={!hidden.includes(id)} disabled={id === 'job'} onChange={() => toggleColumn(id)}>
            {title}
          </Menu.CheckboxItem>
        ))}
        <Menu.Divider className={styles.narrowOnly ?? ''} />
        <Menu.Label className={styles.narrowOnly ?? ''}>Order</Menu.Label>
        {columnPlans
          .filter((plan) => plan.sort !== undefined)
          .map((plan) => (
            <Menu.Item
              key={plan.id}
              className={styles.narrowOnly ?? ''}
              leftSection={<Arrow order={sort === plan.sort ? 'arrowUp' : sort === `-${plan.sort ?? ''}` ? 'arrowDown' : undefined} />}
              onClick={() => onChange({ sort: toggleSort(sort, plan) })}
            >
              {plan.id === 'state' ? 'Last failure' : plan.title}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Arrow({ order }: { readonly order: 'arrowUp' | 'arrowDown' | undefined }): ReactNode {
  return <span className={styles.tick}>{order !== undefined && <Icon name={order} size={14} />}</span>;
}
