import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import styles from './parts.module.css';

/** A command to run in a shell, with a button that copies it. */
export function CommandLine({ command }: { readonly command: string }): ReactNode {
  return (
    <div className={styles.command}>
      <code>{command}</code>
      <CopyButton text={command} what="the command" />
    </div>
  );
}
