import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { formatShort } from '../format/numbers.ts';
import styles from './group.module.css';

interface ChartProps {
  readonly shape: 'bars' | 'line';
  /** One for each value: the places on the x axis are equally far apart, whatever they stand for. */
  readonly labels: readonly string[];
  readonly values: readonly number[];
  /** For those who do not see it; the numbers themselves stand in a table beside. */
  readonly title: string;
}

/** A small chart on a canvas. A module of its own, so that uPlot is loaded only where something is drawn. */
export function Chart({ shape, labels, values, title }: ChartProps): ReactNode {
  const holder = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const key = JSON.stringify([shape, labels, values, scheme]);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const plot = new uPlot(
      planChart(shape, labels, element),
      [labels.map((_, index) => index), values.map((value) => (Number.isFinite(value) ? value : null))],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
    // The key says whether anything that is drawn has changed.
  }, [key]);
  return <div ref={holder} className={styles.chart} role="img" aria-label={title} />;
}

function planChart(shape: ChartProps['shape'], labels: readonly string[], element: HTMLElement): uPlot.Options {
  const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--chart-ink'),
    grid: { stroke: colour('--chart-grid'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  } as const;
  const line = colour('--chart-line');
  return {
    ...sizeOf(element),
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-0.6, labels.length - 0.4] },
      y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        splits: labels.map((_, index) => index).filter((index) => index % stepOf(labels, element) === 0),
        values: (_, splits) => splits.map((index) => labels[index] ?? ''),
      },
      { ...axis, size: 52, values: (_, splits) => splits.map(formatShort) },
    ],
    series: [
      {},
      shape === 'bars'
        ? {
            stroke: line,
            fill: colour('--chart-fill'),
            width: 1,
            paths: uPlot.paths.bars?.({ size: [0.86, 60] }) ?? (() => null),
            points: { show: false },
          }
        : { stroke: line, width: 2, points: { show: true, size: 7, fill: line } },
    ],
  };
}

/** Every how many places a label fits below the axis. */
function stepOf(labels: readonly string[], element: HTMLElement): number {
  const widest = Math.max(...labels.map(({ length }) => length)) * 7 + 14;
  return Math.max(1, Math.ceil((labels.length * widest) / Math.max(100, element.clientWidth - 60)));
}

function sizeOf(element: HTMLElement): { readonly width: number; readonly height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}
