/** Pools of Vault's quota that walks through lists read from. */
export type WalkPool = 'exports' | 'operations';

/** Units a minute that the walks of one worker take together. */
export type WalkRates = { readonly [lane in WalkPool | 'firstPages']: number };
