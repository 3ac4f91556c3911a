import { ActionIcon, Button } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { Icon } from './icons.tsx';

const confirmationMs = 1500;

interface CopyButtonProps {
  readonly text: string;
  /** What the text is: "the command". */
  readonly what: string;
  /** Shows the words beside the sign. */
  readonly withWords?: boolean;
}

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, what, withWords = false }: CopyButtonProps): ReactNode {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), confirmationMs);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    copyText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  };
  const words = outcome === 'copied' ? `${what}: copied` : outcome === 'failed' ? `${what}: copying failed` : `Copy ${what}`;
  const icon = <Icon name={outcome === 'copied' ? 'check' : outcome === 'failed' ? 'alert' : 'copy'} size={14} />;
  if (!withWords) {
    return (
      <ActionIcon variant="subtle" color={outcome === 'failed' ? 'red' : 'gray'} size="sm" aria-label={words} title={text} onClick={copy}>
        {icon}
      </ActionIcon>
    );
  }
  return (
    <Button variant="default" size="xs" leftSection={icon} title={text} aria-label={words} onClick={copy}>
      {what}
    </Button>
  );
}

/** Browsers offer the clipboard only over HTTPS and on the own machine; a gateway is often neither. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is nothing else without HTTPS
  const isCopied = document.execCommand('copy');
  area.remove();
  if (!isCopied) throw new Error('the browser does not allow it');
}
