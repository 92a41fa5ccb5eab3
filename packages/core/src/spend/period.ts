import type { BudgetPeriod } from "../generated/prisma/enums.ts";

/** When the day or month of `now` began, in UTC. The statements say date_trunc(period, at, 'UTC'). */
export function periodStart(period: BudgetPeriod, now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), period === "day" ? now.getUTCDate() : 1));
}

/** When the next day or month begins, in UTC. */
export function resetsAt(period: BudgetPeriod, now: Date): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  return new Date(period === "day" ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1));
}
