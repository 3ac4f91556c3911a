import { ActionIcon, Button, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../parts/icons.tsx';
import type { TryViewState } from '../url/view-state.ts';
import styles from './try.module.css';

interface LabelsFormProps {
  readonly labels: TryViewState['labels'];
  readonly onChange: (labels: TryViewState['labels']) => void;
}

/** Grouping labels beside the job. */
export function LabelsForm({ labels, onChange }: LabelsFormProps): ReactNode {
  const replace = (index: number, part: Partial<TryViewState['labels'][number]>): void =>
    onChange(labels.map((label, at) => (at === index ? { ...label, ...part } : label)));
  return (
    <fieldset className={styles.labels}>
      <legend>Grouping labels</legend>
      {labels.map(({ name, value }, index) => (
        <div key={index} className={styles.label}>
          <TextInput
            aria-label={`Name of label ${index + 1}`}
            placeholder="instance"
            value={name}
            onChange={(event) => replace(index, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of label ${index + 1}`}
            placeholder="host-1"
            value={value}
            onChange={(event) => replace(index, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove label ${index + 1}`}
            onClick={() => onChange(labels.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => onChange([...labels, { name: '', value: '' }])}
      >
        Add a label
      </Button>
    </fieldset>
  );
}
