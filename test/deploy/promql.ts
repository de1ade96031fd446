import { parser } from '@prometheus-io/lezer-promql';

export interface QueryNames {
  /** Each metric with the labels it is matched by. */
  selectors: { metric: string; labels: string[] }[];
  /** What its results are grouped by. */
  grouping: string[];
  isValid: boolean;
}

/** The names a query relies on, as Prometheus' own grammar reads it. */
export function namesIn(query: string): QueryNames {
  const names: QueryNames = { selectors: [], grouping: [], isValid: true };
  let inGrouping = false;
  parser.parse(query).iterate({
    enter: ({ name, from, to, type }) => {
      const text = query.slice(from, to);
      if (type.isError) names.isValid = false;
      if (name === 'GroupingLabels') inGrouping = true;
      if (name === 'Identifier') names.selectors.push({ metric: text, labels: [] });
      if (name !== 'LabelName') return;
      if (inGrouping) names.grouping.push(text);
      else names.selectors.at(-1)?.labels.push(text);
    },
    leave: ({ name }) => {
      if (name === 'GroupingLabels') inGrouping = false;
    },
  });
  return names;
}
