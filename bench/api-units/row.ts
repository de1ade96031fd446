/** One line of the benchmark's table. */
export interface Row {
  figure: string;
  value: number;
  unit: string;
  /** Of the same run. */
  baseline: { name: string; value: number };
  /** `value / baseline.value`. */
  ratio: number;
  goal: string;
  met: boolean;
}
