import { userInfo } from 'node:os';

export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container's user id may have no name; the record then says unknown.
    return undefined;
  }
}
