import * as z from 'zod';

/** Schemas of numbers in saved results. */
export const count = z.number().int().nonnegative();
export const amount = z.number().nonnegative();
