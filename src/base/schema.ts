/** Numbers as files hold them, for the schemas that say what a file should hold. */
import * as v from 'valibot';

/** Any number but the infinite, which `JSON.parse` makes of what is too large. */
export const number = v.pipe(v.number(), v.finite());

export const positiveNumber = v.pipe(number, v.gtValue(0));

/** From 0 to 1, 1 excluded. */
export const fraction = v.pipe(number, v.minValue(0), v.ltValue(1));

/** From 0 to 1. */
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A number of at least `minimum`. */
export const numberFrom = (minimum: number) => v.pipe(number, v.minValue(minimum));

export const anyInteger = v.pipe(v.number(), v.safeInteger());

/** An integer of at least `minimum`. */
export const integerFrom = (minimum: number) => v.pipe(anyInteger, v.minValue(minimum));
