/** For people, to the second. UTC: evidence is compared with Vault's own times. */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
