import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../domain/ports.ts';

const MINUTE = 60_000;

/** This machine's clocks. */
export function openClock(): Clock {
  let boot: string | undefined;
  return {
    now: () => Date.now(),
    uptime: () => uptime() * 1000,
    bootId: () => {
      boot ??= readBootId();
      return boot;
    },
    sleep: (milliseconds) => setTimeout(milliseconds),
  };
}

/**
 * The kernel's id of this boot; elsewhere the minute in which the machine booted. A wall clock that is set changes
 * that minute, and what was observed before counts from anew: later than necessary, never too early.
 */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `booted-${Math.round((Date.now() - uptime() * 1000) / MINUTE)}`;
  }
}
