/** What should hold, and the fault when it does not. */
export type Want = readonly [holds: boolean, fault: string];
