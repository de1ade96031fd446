import type { ChildProcess } from 'node:child_process';
import { OrphanGuard } from './orphan-guard';

/** What to end when this process ends by itself: the processes, or groups (negative), of our children. */
const children = new Set<number>();
let isListening = false;

/**
 * Sees to it that a child of ours never outlives us, however we end: by itself, by a signal, or by SIGKILL. Every child
 * that runs for longer than a moment is given to it. `leadsGroup`: it was spawned detached, and its own children end too.
 */
export function endWithUs(child: ChildProcess, { leadsGroup = false } = {}): void {
  if (child.pid === undefined) return;
  const target = leadsGroup ? -child.pid : child.pid;
  const guard = new OrphanGuard(target);
  children.add(target);
  if (!isListening) process.once('exit', endAll);
  isListening = true;
  child.once('exit', () => {
    // Its number may be given to another now.
    children.delete(target);
    guard.release();
  });
}

function endAll(): void {
  for (const target of children) {
    try {
      process.kill(target, 'SIGTERM');
    } catch {
      // It has ended this moment.
    }
  }
}
