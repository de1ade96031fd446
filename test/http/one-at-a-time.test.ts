import { OneAtATime } from '../../src/http/one-at-a-time';

const patient = () => new AbortController().signal;

/** What has happened once all that could go on has gone on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

it('lets the next in when the one before has left', async () => {
  const door = new OneAtATime();
  const seen: string[] = [];
  const leave = await door.enter(patient());
  const enterSecond = async () => {
    const leaveAgain = await door.enter(patient());
    seen.push('second');
    leaveAgain();
  };
  const second = enterSecond();
  await settled();
  expect(seen).toEqual([]);
  leave();
  await second;
  expect(seen).toEqual(['second']);
});

it('who gives up waiting keeps nobody behind him out, and lets nobody in early', async () => {
  const door = new OneAtATime();
  const leave = await door.enter(patient());
  const impatient = new AbortController();
  const gone = door.enter(impatient.signal);
  let isIn = false;
  const enterThird = async () => {
    const leaveAgain = await door.enter(patient());
    isIn = true;
    return leaveAgain;
  };
  const third = enterThird();
  impatient.abort();
  await expect(gone).rejects.toThrow('The deadline ended');
  await settled();
  expect(isIn).toBe(false);
  leave();
  (await third)();
  expect(isIn).toBe(true);
});

it('who has given up already does not come in', async () => {
  const door = new OneAtATime();
  await expect(door.enter(AbortSignal.abort())).rejects.toThrow('The deadline ended');
  (await door.enter(patient()))();
});
