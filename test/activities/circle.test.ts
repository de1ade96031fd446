import { follow, NO_TRAIL } from '../../activities/circle';

/** Follows a list of so many pages whose last leads back to the page `backTo`; null ends. Gives the pages it read. */
function pagesOf(
  length: number,
  backTo: number | null,
  firstItems = true,
): { read: number; circles: boolean } {
  let trail = NO_TRAIL;
  let page = 0;
  for (let read = 1; ; read += 1) {
    const next = page + 1 < length ? page + 1 : backTo;
    const followed = follow(trail, {
      token: page === 0 && read === 1 ? undefined : `token-${page}`,
      first: firstItems ? `item-${page}` : undefined,
      next: next === null ? undefined : `token-${next}`,
    });
    if (followed.type === 'CIRCLES') return { read, circles: true };
    if (next === null) return { read, circles: false };
    ({ trail } = followed);
    page = next;
  }
}

it.each([1, 2, 3, 100, 500])('a list of %i pages is followed to its end', (length) => {
  expect(pagesOf(length, null)).toEqual({ read: length, circles: false });
});

it('one that goes round is noticed wherever the circle begins and however long it is', () => {
  for (let length = 1; length <= 60; length += 1) {
    for (let backTo = 0; backTo < length; backTo += 1) {
      for (const firstItems of [true, false]) {
        const { read, circles } = pagesOf(length, backTo, firstItems);
        expect({ length, backTo, circles }).toEqual({ length, backTo, circles: true });
        expect(read).toBeLessThanOrEqual(3 * length + 1);
      }
    }
  }
});

it('one that never ends is given up', () => {
  expect(pagesOf(100_000, null)).toEqual({ read: 500, circles: true });
});

it('what is remembered of a list stays small, however long its tokens are', () => {
  const long = 'x'.repeat(5_000);
  let trail = NO_TRAIL;
  for (let page = 0; page < 300; page += 1) {
    const followed = follow(trail, {
      token: `${long}${page}`,
      first: `item-${page}`,
      next: `${long}${page + 1}`,
    });
    if (followed.type === 'ON') ({ trail } = followed);
  }
  expect(trail.pages).toBe(300);
  expect(JSON.stringify(trail).length).toBeLessThan(200);
});
