import * as z from 'zod';
import { amount, count } from './numbers.ts';

/**
 * Sizes of messages: one size, or a mixture of sizes and ranges. Messages of `from` to `to` bytes, all sizes equally
 * likely, and their share of all messages: above 0, up to 1; the shares add up to 1.
 */
export const sizesSchema = z.array(z.looseObject({ from: count, to: count, share: amount }).readonly()).readonly();
