export interface ScrapedSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export function parseScrape(text: string): ScrapedSample[] {
  return text.split('\n').flatMap((line) => {
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) return [];
    const [, name = '', labels = '', value] = sample;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    return [
      { name, labels: Object.fromEntries(pairs.map(([, key, label]) => [key, label])), value: Number(value) },
    ];
  });
}

/** The sum of all samples of that name whose labels include these. */
export function total(
  samples: readonly ScrapedSample[],
  name: string,
  labels: Record<string, string> = {},
): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
