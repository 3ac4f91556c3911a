import { parser } from '@prometheus-io/lezer-promql';

/** The names of the metrics that a PromQL expression reads. Throws if it cannot be parsed. */
export function listMetricNames(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter({ type, node, from }) {
      if (type.isError) throw new Error(`cannot parse ${expression} at ${String(from)}`);
      const name = type.name === 'VectorSelector' ? node.getChild('Identifier') : null;
      if (name !== null) names.push(expression.slice(name.from, name.to));
    },
  });
  return names;
}
