import { onTestFinished, vi } from 'vitest';

/**
 * From here to the end of the test, timers and budgets go by a clock that a test can move on: a time limit is over when
 * what it is for has happened, however long that takes.
 * @returns lets so many milliseconds pass at once
 */
export function holdTime(): (milliseconds: number) => void {
  const uptime = process.uptime.bind(process);
  let passed = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  const held = vi.spyOn(process, 'uptime').mockImplementation(() => uptime() + passed / 1000);
  onTestFinished(() => {
    held.mockRestore();
    vi.useRealTimers();
  });
  return (milliseconds) => {
    passed += milliseconds;
    vi.advanceTimersByTime(milliseconds);
  };
}
