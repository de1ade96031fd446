import type { BenchStage, BenchStageOptions } from './stage/bench-stage';

/** One line of the result. */
export interface Row {
  figure: string;
  value: number;
  unit: string;
  /** Measured in the same run. */
  baseline?: { name: string; value: number };
  /** `value / baseline.value`. */
  ratio?: number;
  goal: string;
  met: boolean;
}

/** What a figure is measured with. */
export interface BenchContext {
  /** For figures that need Temporal, a worker and a Vault; started when first asked for. */
  stage: (options?: BenchStageOptions) => Promise<BenchStage>;
  /** Says what is being done, for whoever looks on. */
  progress: (text: string) => void;
}

export interface Figure {
  name: string;
  measure: (context: BenchContext) => Promise<Row[]>;
}

/** A row whose goal is a ratio to its baseline. */
export function ratioRow(
  figure: string,
  unit: string,
  value: number,
  baseline: { name: string; value: number },
  goal: { atMost: number } | { atLeast: number },
): Row {
  const ratio = value / baseline.value;
  return 'atMost' in goal
    ? { figure, value, unit, baseline, ratio, goal: `≤ ${goal.atMost} ×`, met: ratio <= goal.atMost }
    : { figure, value, unit, baseline, ratio, goal: `≥ ${goal.atLeast} ×`, met: ratio >= goal.atLeast };
}

/** A row whose goal is a number. */
export function limitRow(
  figure: string,
  unit: string,
  value: number,
  goal: { atMost: number } | { atLeast: number },
): Row {
  return 'atMost' in goal
    ? { figure, value, unit, goal: `≤ ${goal.atMost} ${unit}`, met: value <= goal.atMost }
    : { figure, value, unit, goal: `≥ ${goal.atLeast} ${unit}`, met: value >= goal.atLeast };
}
